"""Settings: read once at the edge into frozen dataclasses. Flag > `CINCER_*` > TOML > default.

Every field carries its help, its valid values and its unit in `metadata`; the command line, the
documentation and the error messages are made from that.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from .errors import InvalidInput, UnknownName

S = TypeVar("S", bound="LoopSettings | ModelSettings | ServerSettings")


def _setting(
    default: Any, help: str, *, low: float | None = None, high: float | None = None,
    choices: tuple[str, ...] | None = None,
) -> Any:
    return field(
        default=default, metadata={"help": help, "low": low, "high": high, "choices": choices}
    )


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """The loop of Algorithm 1 (Teso et al. 2021) and what a live stream adds to it."""

    ask_threshold: float = _setting(
        0.2, "suspicion above which a label is questioned", low=-1, high=1)
    query_budget: float | None = _setting(
        None, "queries per 1,000 arrivals (or per hour, see budget_per) that steer ask_threshold",
        low=0)
    budget_per: str = _setting(
        "arrivals", "what query_budget is counted against", choices=("arrivals", "hour"))
    audit_share: float = _setting(
        0.1, "share of the queries that ask about arrivals drawn whatever their margin",
        low=0, high=0.9)
    bootstrap: int = _setting(100, "labelled arrivals that enter unscored at the start", low=0)
    pending: str = _setting(
        "hold", "a questioned example waits outside the training set, or enters meanwhile",
        choices=("hold", "provisional"))
    queue_size: int = _setting(
        200, "open queries at most; the least suspicious falls off and enters as received", low=1)
    label_missing: str = _setting(
        "ask", "an arrival without a label is asked about, or waits as unlabelled",
        choices=("ask", "predict"))
    synchronous: bool = _setting(
        False, "the stream waits for every reply (Algorithm 1 to the letter)")
    lease_seconds: float = _setting(
        120.0, "seconds an annotator holds a query before it goes to somebody else",
        low=0.05, high=86400)
    rounds: int = _setting(
        1, "questions in a row: a counter-example found mislabelled is doubted in turn; 1 = off",
        low=1, high=10)
    counter_examples: int = _setting(
        1, "known examples shown beside a doubted one at most, the strongest first",
        low=1, high=5)
    prefetch: int = _setting(2, "pairs sent ahead to each annotator", low=0, high=20)
    undo_depth: int = _setting(10, "replies an annotator can take back", low=0, high=100)
    unsure_limit: int = _setting(
        2, "'not sure' replies after which an example enters as received", low=1, high=20)
    selection_share: float = _setting(
        0.3, "share of the verified labels kept for choosing thresholds and actions",
        low=0, high=1)
    advice_every: int = _setting(
        10, "replies and curators' acts after which suggestions are made again; 0 = none are made",
        low=0)
    relabel_policy: str = _setting(
        "chooser", "what is suggested: the action that does best on verified labels kept for "
        "choosing, or one of leaving out, unlearning and relabelling",
        choices=("chooser", "drop", "unlearn", "relabel"))
    weight_policy: str = _setting(
        "uniform", "what known examples count in training: all alike, or as one of the methods of "
        "cincer.reweight says; chooser: as the one that does best on verified labels",
        choices=("uniform", "held_out", "lsw", "fsr", "reweighter", "l2rw", "meta_weight_net",
                 "chooser"))
    auto_accept: float = _setting(
        0.0, "share of the known examples that suggestions may change without a person; 0 = none",
        low=0, high=1)
    auto_accept_gain: float = _setting(
        0.0, "predicted fall of the mean trusted loss, in nats, below which no suggestion is "
        "accepted without a person", low=0)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The model, its training, and the strategies that ask it."""

    model: str = _setting("logreg", "logreg, mlp, cnn, or module:factory of your own")
    training: str = _setting(
        "live", "head refitted at every change and network in the background, or all from scratch",
        choices=("live", "from_scratch"))
    epochs: int = _setting(100, "passes over the known examples when training from scratch", low=1)
    early_stop: str = _setting(
        "none", "training of the whole network ends after its epochs, or (paper) with the fifth in "
        "a row in which 0.9 (logreg: 0.7) of the training labels were predicted before learning",
        choices=("none", "paper"))
    head_l2: float | None = _setting(
        None, "lambda of (lambda/2)|W|^2; none = by approximate leave-one-out", low=0)
    suspicion: str = _setting(
        "margin", "how suspicious a given label is: margin, held_out_margin, gradient_norm, "
        "expected_gradient_length, influence_norm, fisher_value, random, always, never; the norms "
        "and the Fisher value count as ranks among the known, from 0 to 1")
    counter_example: str = _setting(
        "unlearned_influence", "how the other side of the pair is found")
    damping: float | None = _setting(
        None, "added to the Fisher matrix's diagonal; none = the head's lambda", low=0)
    neighbours: int | None = _setting(
        None, "restrict candidates to this many nearest in the perceptual distance", low=1)
    least_score: float | None = _setting(
        None, "score below which a known example is not shown, in the strategy's unit (by default "
        "nats; from about 2 on more labels are wrong than right); none = the best one always is")
    survey: str = _setting(
        "out_of_fold", "what curators' measures rest on: models that did not learn the example's "
        "own label, the model as trained on all (in_sample), or the margin of each arrival (off)",
        choices=("out_of_fold", "in_sample", "off"))
    seed: int = _setting(1, "run seed; every use derives its own by name")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the server listens and what it holds."""

    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8765, "port to listen on; 0 = any free one", low=0, high=65535)
    data_dir: str = _setting("cincer-data", "folder of the ledger, the features and the models")
    max_sockets: int = _setting(200, "open websockets at most; above it new ones get 503", low=1)
    max_body: int = _setting(8_000_000, "bytes of a request body at most", low=1_000)
    max_batch: int = _setting(10_000, "examples in one request at most", low=1)
    ingest_queue: int = _setting(20_000, "undecided arrivals held before 429", low=1)
    behind_proxy: bool = _setting(False, "a TLS proxy stands in front; trust its headers")
    tls_cert: str | None = _setting(None, "certificate file (PEM)")
    tls_key: str | None = _setting(None, "key file (PEM)")
    studies_dir: str = _setting(
        "cincer-studies", "folder whose folders hold the results of studies")
    allowed_origins: str = _setting("", "extra origins allowed to connect, comma-separated")


GROUPS: dict[str, type[LoopSettings] | type[ModelSettings] | type[ServerSettings]] = {
    "loop": LoopSettings, "model": ModelSettings, "server": ServerSettings,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a process."""

    loop: LoopSettings = LoopSettings()
    model: ModelSettings = ModelSettings()
    server: ServerSettings = ServerSettings()


def load(
    toml: Path | None = None,
    env: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """Settings from `toml` (tables [loop], [model], [server]), then `env` (`CINCER_ASK_THRESHOLD`
    and so on), then `flags` (by field name; None = not given). Unknown names and bad values raise.
    """
    tables = _tables(toml)
    found = Settings(
        loop=_from_table(LoopSettings(), tables.get("loop", {})),
        model=_from_table(ModelSettings(), tables.get("model", {})),
        server=_from_table(ServerSettings(), tables.get("server", {})),
    )
    found = merge(found, _environment(env or {}))
    return merge(found, {k: v for k, v in (flags or {}).items() if v is not None})


def merge(base: Settings, values: Mapping[str, Any]) -> Settings:
    """`base` with the named fields replaced; a name belongs to exactly one group."""
    owner = {f.name: group for group, cls in GROUPS.items() for f in fields(cls)}
    changes: dict[str, dict[str, Any]] = {group: {} for group in GROUPS}
    for name, value in values.items():
        if name not in owner:
            raise UnknownName("setting", name, owner)
        changes[owner[name]][name] = value
    return Settings(
        loop=_from_table(base.loop, changes["loop"]),
        model=_from_table(base.model, changes["model"]),
        server=_from_table(base.server, changes["server"]),
    )


def check(settings: S) -> S:
    """The same settings, or `InvalidInput` naming the first field that is out of range."""
    for spec in fields(settings):
        _check_field(spec, getattr(settings, spec.name))
    return settings


def _tables(toml: Path | None) -> dict[str, dict[str, Any]]:
    if toml is None:
        return {}
    try:
        tables = tomllib.loads(toml.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidInput(f"no settings file {toml}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{toml} is not valid TOML: {error}") from error
    for name in tables:
        if name not in GROUPS:
            raise UnknownName(f"table in {toml}", name, GROUPS)
    return tables


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    names = [f.name for cls in GROUPS.values() for f in fields(cls)]
    return {n: env[f"CINCER_{n.upper()}"] for n in names if f"CINCER_{n.upper()}" in env}


def _from_table(base: S, table: Mapping[str, Any]) -> S:
    hints = get_type_hints(type(base))
    for name in table:
        if name not in hints:
            raise UnknownName("setting", name, hints)
    return check(replace(base, **{n: _cast(n, hints[n], v) for n, v in table.items()}))


def _cast(name: str, hint: Any, value: Any) -> Any:
    """`value` as the field's type; text (from the environment) is parsed, wrong types refused."""
    kinds = [k for k in (get_args(hint) or (hint,)) if k is not type(None)]
    optional = type(None) in get_args(hint)
    if optional and (value is None or value in ("", "none")):
        return None
    kind = kinds[0]
    try:
        if kind is bool:
            return _as_bool(value)
        if kind in (int, float) and isinstance(value, bool):
            raise ValueError
        if kind is int and isinstance(value, float):
            raise ValueError
        if kind is str and not isinstance(value, str):
            raise ValueError
        return kind(value)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"setting {name} must be {kind.__name__}, not {value!r}", setting=name, value=value
        ) from None


def _as_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    table = {"1": True, "true": True, "yes": True, "on": True,
             "0": False, "false": False, "no": False, "off": False}
    if isinstance(value, str) and value.lower() in table:
        return table[value.lower()]
    raise ValueError(value)


def _check_field(spec: Field[Any], value: Any) -> None:
    if value is None:
        return
    low, high, choices = (spec.metadata[key] for key in ("low", "high", "choices"))
    if choices and value not in choices:
        raise UnknownName(spec.name, str(value), choices)
    if isinstance(value, float) and value != value:
        raise InvalidInput(f"setting {spec.name} must be a number, not NaN", setting=spec.name)
    if low is not None and value < low:
        raise InvalidInput(f"setting {spec.name} must be at least {low}, not {value}",
                           setting=spec.name, value=value)
    if high is not None and value > high:
        raise InvalidInput(f"setting {spec.name} must be at most {high}, not {value}",
                           setting=spec.name, value=value)
