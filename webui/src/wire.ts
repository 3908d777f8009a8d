// Made by `python -m cincer.server.wire.typescript` from cincer/server/wire. Do not edit.

export interface Accepted {
  at: number;
  count: number;
  action: string;
  predicted: number;
  measured: number;
}

/** Received, committed and synced. `seq` is the ledger's sequence number after it. */
export interface Ack {
  ok: true;
  seq: number;
}

/** `done`: ids it touched; `left`: those it did not. `act` names it for undo; None where nothing could be done. */
export interface ActAck {
  ok: true;
  seq: number;
  act: string | null;
  done: Array<string>;
  left: Array<LeftAlone>;
  offer: Offer | null;
}

/** `POST /curate/acts`: what is decided about examples, all or none of those that are free. `label` only with `relabel`; `of` (the example that is kept) only with `duplicate`. `seen`: the `seq` of what was on the screen; items somebody else has spoken on since are left as they are. */
export interface ActIn {
  key: string;
  action: "confirm" | "relabel" | "remove" | "duplicate" | "reopen" | "good" | "bad";
  ids: Array<string>;
  label?: string | null;
  of?: string | null;
  seen: number;
  comment?: string;
}

/** `POST /curate/undo` and `/curate/redo`: the act, what it was, how many items it moved back (or again), and whether there are more of either kind. */
export interface ActUndone {
  ok: true;
  seq: number;
  act: string;
  action: string;
  count: number;
  more_undo: number;
  more_redo: number;
}

/** How one action did on the verified labels kept for choosing: mean loss in nats after it, lower is better, and its standard error against leaving all as it is. */
export interface ActionVerdict {
  action: "nothing" | "drop" | "unlearn" | "relabel" | "ask";
  loss: number;
  difference: number;
  error: number;
  count: number;
}

/** `predicted`: sum of the single gains; `together`: fall of the mean trusted loss, by refitting the head with all of them, nats; `selection`: the same on the labels kept for choosing; `flips`: known examples whose predicted class would change. */
export interface BatchPreview {
  ok: true;
  count: number;
  predicted: number;
  together: number;
  selection: number | null;
  flips: number;
}

/** `POST /suggestions/preview`: what accepting these would bring; nothing changes. */
export interface BatchPreviewIn {
  ids: Array<string>;
}

/** A class and the model's probability for it. */
export interface BeliefView {
  label: string;
  p: number;
}

/** `GET /suggestions/calibration`: what was predicted and what was measured, oldest first; `slope` of measured on predicted through 0, `correlation`; None below three. */
export interface CalibrationView {
  ok: true;
  accepted: Array<Accepted>;
  slope: number | null;
  correlation: number | null;
}

export interface CellForecast {
  given_label: string;
  predicted_label: string;
  before: number;
  after: number;
}

/** A cell as it is after a change; `left`: ids that are not in it any more, `came`: new ones. */
export interface CellNow {
  given_label: string;
  predicted_label: string;
  count: number;
  saturation: number;
  bars: Array<number>;
  left: Array<string>;
  came: Array<string>;
}

/** Examples with one given label for which the machine predicts another, still open. `bars`: how many by IIES, in equal steps from 0.5 to 1; `duplicates`: pairs of near copies that touch the cell; `saturation`: how blue; `reopen`: resolved ones that two later models contradict. */
export interface CellSummary {
  predicted_label: string;
  count: number;
  saturation: number;
  bars: Array<number>;
  duplicates: number;
  reopen: number;
}

/** `GET /curate/cell?given=&predicted=&basis=&method=&seed=`: the open items of a cell, columns of equal length. `x`, `y` in [0, 1]: the projection; `split`, `source` index into the names. `margin` and `iies` as surveyed; `gain`: predicted fall of the trusted loss (RDIA), nats, None where it is not known; `trust` in [0, 1] likewise. `reopen`: resolved before, contradicted since by two models. `method`: how it is drawn now; `umap`: how it stands with that picture, which `map:ready` tells of; after one that failed the next asking begins anew. */
export interface CellView {
  ok: true;
  seq: number;
  given_label: string;
  predicted_label: string;
  ids: Array<string>;
  iies: Array<number>;
  margin: Array<number>;
  gain: Array<number | null>;
  trust: Array<number | null>;
  x: Array<number>;
  y: Array<number>;
  split: Array<number>;
  splits: Array<string>;
  reopen: Array<boolean>;
  basis: "pixels" | "features" | "saliency";
  bases: Array<"pixels" | "features" | "saliency">;
  seed: number;
  method: "pca" | "umap";
  methods: Array<"pca" | "umap">;
  umap: "missing" | "running" | "ready" | "failed";
  umap_error: string;
}

/** A label that a reply changed or confirmed. */
export interface Change {
  id: string;
  before: string | null;
  after: string | null;
  action: string;
}

/** What the action chooser picked and why. `kept`: verified labels it judged by; `effective_size` of the trusted set, `least` that is needed. `note`: why nothing is suggested. */
export interface ChooserView {
  chosen: "nothing" | "drop" | "unlearn" | "relabel" | "ask";
  threshold: number | null;
  verdicts: Array<ActionVerdict>;
  trusted: number;
  kept: number;
  effective_size: number;
  least: number;
  note: string;
}

/** The first push to whoever connects: the newest event, and what the others have selected. */
export interface CurateHello {
  push: number;
  seq: number;
  me: string;
  selections: Array<Selection>;
}

/** Measures when the truth is known. `never_*` belong to a run that never asks anybody. */
export interface CurvePoint {
  at: number;
  replies: number;
  received: number;
  mislabelled: number | null;
  f1: number | null;
  never_mislabelled: number | null;
  never_f1: number | null;
}

/** What a reply says about one side. */
export interface DecisionIn {
  action: "keep" | "relabel" | "unsure" | "remove" | "good" | "bad";
  label?: string | null;
}

/** `GET /curate/items/{id}`: everything about one example. `beliefs`: all classes, the largest first. `counter_example`: the known example that most supports the doubt. */
export interface DetailView {
  ok: true;
  item: ItemView;
  beliefs: Array<BeliefView>;
  observed: string | null;
  human: string | null;
  machine: string | null;
  treatment: string;
  history: Array<WordView>;
  nearest: Array<Neighbour>;
  counter_example: Neighbour | null;
  gain: number | null;
  trust: number | null;
}

/** Weights below `threshold` taken as "mislabelled", against the truth: positive = corrupted. */
export interface DetectionView {
  threshold: number;
  fdr: number | null;
  recall: number | null;
  f1: number | null;
  auc: number | null;
}

/** `query:displayed`: the pair is on the screen and must not change any more. `shown`: ids of the example and of its counter-examples, in order; where the pair was replaced on the way to the screen, the answer is an error (`stale`), and the new one is to be shown. */
export interface DisplayedIn {
  query: string;
  epoch?: number | null;
  shown?: Array<string> | null;
}

export interface EpochView {
  epoch: number;
  weights: Histogram;
  losses: Histogram;
}

/** The one error shape. `code` is stable; `error` says what was wrong and what is right. */
export interface ErrorAnswer {
  ok: false;
  error: string;
  code: string;
  status: number;
  retry_after: number | null;
}

/** One entry of the audit log: its sequence number, its kind, who, and what, as recorded. */
export interface EventView {
  seq: number;
  kind: string;
  at: number;
  actor: string | null;
  body: Record<string, unknown>;
}

/** `GET /events?since=&limit=`: entries after `since`; `next` is the `since` of the next page, None at the end. */
export interface EventsPage {
  ok: true;
  events: Array<EventView>;
  next: number | null;
}

/** `example:decided`: what was made of an arrival, and its margin (higher = more suspicious). */
export interface ExampleDecided {
  push: number;
  id: string;
  decision: "bootstrap" | "accepted" | "asked" | "audited" | "unlabelled" | "unasked";
  predicted_label: string | null;
  margin: number | null;
  model: number;
}

/** `GET /examples/{id}`: all that is known of it. `history`: oldest first. */
export interface ExampleView {
  ok: true;
  id: string;
  content: ImageContent | TableContent | TextContent | SeriesContent;
  meta: Record<string, unknown>;
  source: string;
  received_at: number;
  status: string;
  entry: string | null;
  role: string;
  treatment: string;
  labels: LabelLayers;
  predicted_label: string | null;
  beliefs: Array<BeliefView>;
  margin: number | null;
  history: Array<EventView>;
}

export interface ExamplesAck {
  ok: true;
  stored: number;
  duplicate: number;
  rejected: number;
  items: Array<ItemAnswer>;
}

/** `example:push`: a batch; each item is answered on its own. */
export interface ExamplesIn {
  key: string;
  examples: Array<unknown>;
}

/** `probability` of `given_label` with everything known. `alone`: without the counter-example; `group`: without it and the known examples that say the same, None where there are none. */
export interface ExplainAck {
  ok: true;
  seq: number;
  query: string;
  given_label: string;
  probability: number;
  alone: Without;
  group: Without | null;
  model: number;
}

/** `query:explain`, and `POST /queries/{id}/explain`: what the counter-example of a query you hold does to the machine's suspicion. It changes nothing and may take a second; on a socket what follows waits for it, by HTTP nothing does. */
export interface ExplainIn {
  query: string;
}

/** One column of a row. `separation` (of a pair): how far the two sides lie apart in this column, in units of its spread; the page shows the largest first. None = not comparable. */
export interface FieldValue {
  name: string;
  value: string;
  number: number | null;
  unit: string | null;
  separation: number | null;
}

/** `query:flag`: for a curator's eyes; the query stays. */
export interface FlagIn {
  query: string;
  key: string;
  comment?: string;
}

/** Why a follow-up is asked: the reply to `follows` found its example mislabelled. `was`: the label it had; the example's `given_label` is what it is now, None where it was only called bad. `depth`: how many questions in a row this is, 2 for the first follow-up. */
export interface FollowUpView {
  depth: number;
  follows: string;
  was: string | null;
}

/** `GET /health`: `live` always; `ready`: arrivals and replies are taken (status 200, otherwise 503). */
export interface Health {
  ok: boolean;
  live: true;
  ready: boolean;
  ledger: "up" | "read-only" | "down";
  scorer: "up" | "starting" | "down";
  trainer: "up" | "starting" | "down" | "off";
  seq: number;
  version: string;
}

/** `GET /queries`: what you hold, as it is shown; `waiting`: open queries in all. */
export interface HeldQueries {
  ok: true;
  queries: Array<QueryView>;
  waiting: number;
}

/** `session:hello`, the first push after connecting; `push` is the newest number given out. */
export interface Hello {
  push: number;
  annotator: string;
  roles: Array<string>;
  project: string;
  classes: Array<string>;
  kind: "image" | "table" | "vector" | "text" | "series";
  lease_seconds: number;
  prefetch: number;
  undo_depth: number;
  truth_known: boolean;
  version: string;
}

/** `edges` one more than `counts`. `clean`, `corrupted`: the same by the truth, where a referee knows it. */
export interface Histogram {
  edges: Array<number>;
  counts: Array<number>;
  clean: Array<number> | null;
  corrupted: Array<number> | null;
}

/** A picture as a PNG data URL; small ones are scaled by the page, nearest neighbour. */
export interface ImageContent {
  kind: "image";
  url: string;
  width: number;
  height: number;
}

/** What became of one item, in the order sent. `stored` is durable, with its sequence number; `duplicate` was stored before with the same content; `rejected` says why. */
export interface ItemAnswer {
  id: string | null;
  answer: "stored" | "duplicate" | "rejected";
  seq: number | null;
  error: string | null;
  code: string | null;
  decision: string | null;
}

/** One example, small. `label` is the effective one. */
export interface ItemView {
  id: string;
  content: ImageContent | TableContent | TextContent | SeriesContent;
  given_label: string | null;
  label: string | null;
  predicted_label: string | null;
  iies: number | null;
  margin: number | null;
  split: string;
  status: string;
}

/** `POST /curate/items`: examples to look at. */
export interface ItemsIn {
  ids: Array<string>;
}

export interface ItemsView {
  ok: true;
  items: Array<ItemView>;
}

/** One round: from a survey to the next. `accuracy`: agreement of the model with the labels people can trust now (None without), `holdout`: its weighted F1 on the hold-out, where the truth is known; `open` disagreements at its start, `bound` that as a share; the rest was done in it. */
export interface IterationView {
  number: number;
  at: number;
  open: number;
  bound: number;
  resolved: number;
  relabelled: number;
  removed: number;
  accuracy: number | null;
  holdout: number | null;
}

/** `GET /curate/iterations`, oldest first. `POST` with a key starts the next one. */
export interface IterationsView {
  ok: true;
  iterations: Array<IterationView>;
  survey: SurveyView;
}

/** `POST /retrain`, and every other command that says nothing but its key. */
export interface KeyIn {
  key: string;
}

/** The label layers of an example; None = that layer says nothing. */
export interface LabelLayers {
  observed: string | null;
  human: string | null;
  machine: string | null;
  effective: string | null;
}

/** `held` are all queries this person holds now, `queries` those of them whose pair is ready (the others follow as `query:push`); `waiting` how many are open in all. */
export interface LeaseAck {
  ok: true;
  seq: number;
  held: Array<string>;
  queries: Array<QueryView>;
  waiting: number;
}

/** `query:lease`: hold up to `count` queries in all; they arrive as `query:push`. */
export interface LeaseIn {
  count?: number;
  key: string;
}

/** An item the act did not touch, and why. */
export interface LeftAlone {
  id: string;
  reason: string;
}

/** `POST /login-links`: a link that logs a browser in as you, once, until `expires`. */
export interface LoginLink {
  ok: true;
  url: string;
  expires: number;
}

/** A picture of a cell that was made in the background is there, or will not come: read the cell again to see it, or why not. */
export interface MapReady {
  push: number;
  given_label: string;
  predicted_label: string;
}

/** Labels, opinions or items changed. `correct`, `open` by given label, of the rows touched; `whole`: too much for a list: ask for the matrix again. */
export interface MatrixChanged {
  push: number;
  seq: number;
  by: string | null;
  act: string | null;
  cells: Array<CellNow>;
  correct: Record<string, number>;
  totals: Totals;
  whole: boolean;
}

/** `GET /curate/matrix?classes=a&classes=b`: rows by open disagreements, the most first. `classes`: all of them, `shown`: those asked for. `seq`: newest event it contains. */
export interface MatrixView {
  ok: true;
  seq: number;
  classes: Array<string>;
  shown: Array<string>;
  rows: Array<RowSummary>;
  totals: Totals;
  survey: SurveyView;
  kind: "image" | "table" | "text" | "series";
}

/** `GET /me`: whom the server takes you for. `expires`: None = never; `via` cookie or bearer. */
export interface Me {
  ok: true;
  name: string;
  roles: Array<string>;
  project: string;
  expires: number | null;
  via: "cookie" | "bearer";
  version: string;
}

/** The query budget: `asked` so far, `expected` in the next hour at the present rate, how many of them are expected to find a wrong label (`finds`, with the rate it rests on). */
export interface MeterView {
  asked: number;
  budget: number | null;
  per: string;
  arrivals_per_hour: number;
  expected: number;
  find_rate: number | null;
  finds: number | null;
  audits: number;
}

/** `model:updated`: the head or the network changed. `flipped`: known examples whose predicted class changed; `after` the query whose reply it contains, if one set it off. */
export interface ModelUpdated {
  push: number;
  model: number;
  known: number;
  flipped: number;
  exact: boolean;
  after: string | null;
}

/** An example near another. `similarity` in [-1, 1], 1 = the same; None for a counter-example. */
export interface Neighbour {
  id: string;
  content: ImageContent | TableContent | TextContent | SeriesContent;
  label: string | null;
  predicted_label: string | null;
  similarity: number | null;
}

/** After a few equal fixes: the rest of that confusion, for one-key review. */
export interface Offer {
  given_label: string;
  to: string;
  count: number;
}

/** `POST /suggestions/{id}/accept|reject|ask`. */
export interface OneSuggestionIn {
  key: string;
}

/** Two near copies. `similarity` 1 = the same (SSIM of images, cosine of others). */
export interface PairView {
  left: ItemView;
  right: ItemView;
  similarity: number;
  crosses_splits: boolean;
  two_labels: boolean;
}

/** `GET /curate/similar?given=&predicted=&limit=`: the most similar pairs, of a cell or of all. */
export interface PairsView {
  ok: true;
  pairs: Array<PairView>;
  total: number;
}

/** Somebody who is answering: how many replies, and whether connected now. */
export interface Person {
  name: string;
  replies: number;
  online: boolean;
}

/** `POST /weights/policy`: which weights train from now on. */
export interface PolicyIn {
  key: string;
  policy: string;
}

/** `POST /curate/preview`: what an act would lead to; nothing changes. */
export interface PreviewIn {
  action: "confirm" | "relabel" | "remove" | "duplicate" | "reopen" | "good" | "bad";
  ids: Array<string>;
  label?: string | null;
}

/** Cells that would change, the largest change first. `exact` False: after a refit of the head on the new labels, or, without an answer of the model, as if it said what it says now. */
export interface PreviewView {
  ok: true;
  cells: Array<CellForecast>;
  open_before: number;
  open_after: number;
  exact: boolean;
}

/** `query:closed`: a query you hold is over: answered, unasked, cleared, expired, removed, undone (its reason was taken back), exhausted (a follow-up with nothing left to show). */
export interface QueryClosed {
  push: number;
  query: string;
  outcome: string;
}

/** `query:push`: a query is yours, or the pair of one you have not displayed was replaced. */
export interface QueryPush {
  push: number;
  query: QueryView;
}

/** A question as it is shown. `counter_example` is None for audits, unlabelled arrivals, disputes and where none exists; `others` are further ones, the strongest first. `epoch` is sent back with the reply. `margin` in [0, 1]. `given_probability`: what the machine gave the given label when the pair was picked; `predicted_change`: by how much that rises, to first order, without the counter-example; both None in a follow-up. `follow_up`: the example is settled, and a verdict is asked of the counter-example alone. */
export interface QueryView {
  query: string;
  kind: "suspicious" | "audit" | "unlabelled" | "dispute" | "follow_up";
  epoch: number;
  deadline: number;
  margin: number | null;
  example: SideView;
  counter_example: SideView | null;
  score: number | null;
  given_probability: number | null;
  predicted_change: number | null;
  model: number;
  others: Array<SideView>;
  follow_up: FollowUpView | null;
}

/** A trusted example that the suggested one harms. `harm`: by how much the trusted one's loss falls, in nats and to first order, without it. */
export interface Reason {
  id: string;
  content: ImageContent | TableContent | TextContent | SeriesContent;
  label: string | null;
  harm: number;
}

export interface Refused {
  id: string;
  reason: string;
}

/** `counted` is False where the query had closed before; `late` where the lease had ended. `follow_ups`: queries that this reply led on to; they are yours, and come as `query:push` once their pair is found. */
export interface ReplyAck {
  ok: true;
  seq: number;
  counted: boolean;
  late: boolean;
  changes: Array<Change>;
  follow_ups: Array<string>;
}

/** `query:reply`, and `POST /queries/{id}/reply`. `worker` only for the role platform; `epoch` as shown, so that a reply to an earlier lease is told apart (None = the present). `example` is left out in a follow-up alone. `counter_example` judges the first; `others` has one verdict for each further one in the order shown (None, or left out = not judged). */
export interface ReplyIn {
  query: string;
  key: string;
  epoch?: number | null;
  example?: DecisionIn | null;
  counter_example?: DecisionIn | null;
  others?: Array<DecisionIn | null>;
  comment?: string;
  seconds?: number | null;
  worker?: string | null;
}

/** `session:resume`: sent after every `session:hello`. `push` is the last number seen (0 on a new page); what came after it is sent again, or, where that is not kept, every query held. */
export interface ResumeIn {
  push?: number;
}

/** `GET /curate/review?given=&to=`: the rest of a confusion, the most convincing first. */
export interface ReviewView {
  ok: true;
  given_label: string;
  to: string;
  ids: Array<string>;
  iies: Array<number>;
}

/** One given label: how many the machine agrees with (`correct`), how many are `open`; cells by number, the largest first, empty ones left out. */
export interface RowSummary {
  label: string;
  correct: number;
  open: number;
  cells: Array<CellSummary>;
}

/** What this curator has selected now; nothing is stored. */
export interface SelectIn {
  given_label?: string | null;
  predicted_label?: string | null;
  ids?: Array<string>;
  count?: number;
}

export interface Selection {
  who: string;
  given_label: string | null;
  predicted_label: string | null;
  ids: Array<string>;
  count: number;
}

/** Another curator's selection; `gone`: that curator left. */
export interface SelectionChanged {
  push: number;
  selection: Selection;
  gone: boolean;
}

/** Values at even steps, drawn as a line; both sides of a pair on one scale. */
export interface SeriesContent {
  kind: "series";
  values: Array<number>;
}

/** `PATCH /settings`: new values by name. */
export interface SettingsIn {
  key: string;
  changes: Record<string, unknown>;
}

/** `GET /settings`: settings by group; `loop` can be changed while running. */
export interface SettingsView {
  ok: true;
  loop: Record<string, unknown>;
  model: Record<string, unknown>;
  server: Record<string, unknown>;
}

/** One side of the pair. `predicted_label` and `beliefs` (largest first) are the machine's. */
export interface SideView {
  id: string;
  content: ImageContent | TableContent | TextContent | SeriesContent;
  given_label: string | null;
  predicted_label: string | null;
  beliefs: Array<BeliefView>;
}

/** `query:skip`: somebody else first. */
export interface SkipIn {
  query: string;
  key: string;
  epoch?: number | null;
}

/** `stats:updated`, and `GET /stats`. Counts since the start; `waiting` are open queries, `undecided` arrivals stored but not yet looked at. `saved_at`: the last commit. */
export interface Stats {
  push: number;
  received: number;
  known: number;
  waiting: number;
  undecided: number;
  suspicious: number;
  asked: number;
  audits: number;
  replies: number;
  fixed_examples: number;
  fixed_counter_examples: number;
  both_right: number;
  unasked: number;
  cleared: number;
  late: number;
  follow_ups: number;
  follow_ups_answered: number;
  model: number;
  model_exact: boolean;
  threshold: number;
  arrivals_per_second: number;
  saved_at: number;
  scorer: "up" | "starting" | "down";
  trainer: "up" | "starting" | "down" | "off";
  finished: boolean;
  people: Array<Person>;
  curve: Array<CurvePoint>;
}

/** `GET /studies`: newest first, those that cannot be read last. */
export interface StudiesView {
  ok: true;
  studies: Array<StudyBrief>;
}

/** A study in the list. `holds`, `fails`, `undecided` count verdicts. `error`: why the study cannot be read; then only `name` says anything. */
export interface StudyBrief {
  name: string;
  study: string;
  title: string;
  question: string;
  made: string;
  finished: boolean;
  holds: number;
  fails: number;
  undecided: number;
  error: string | null;
}

/** A file of a study's runs. */
export interface StudyData {
  name: string;
  bytes: number;
}

/** A figure and the names of its files; None = there is no such file (yet). */
export interface StudyFigure {
  title: string;
  caption: string;
  svg: string | null;
  png: string | null;
}

/** A table; every row has a cell a column. */
export interface StudyTable {
  title: string;
  columns: Array<string>;
  rows: Array<Array<string | number | boolean | null>>;
}

/** Whether a claim holds; None = undecided. `ours` and `published` are written figures. */
export interface StudyVerdict {
  row: string;
  claim: string;
  ours: string;
  published: string | null;
  holds: boolean | null;
}

/** `GET /studies/{name}`: all a study found. `made`: ISO time; `data`: the files of its runs. */
export interface StudyView {
  ok: true;
  name: string;
  study: string;
  title: string;
  question: string;
  finished: boolean;
  made: string;
  settings: Record<string, unknown>;
  tables: Array<StudyTable>;
  figures: Array<StudyFigure>;
  verdicts: Array<StudyVerdict>;
  data: Array<StudyData>;
}

/** What is proposed for one example. `action`: relabel (to `proposed_label`), unlearn (train the label away) or drop (leave it out); `gain`: predicted fall of the mean trusted loss by the action, nats; `low`, `high`: an interval of two standard errors; `harm`: what its presence costs now. `state`: open, accepted, rejected, asked; `measured`: what the trusted loss really fell by, where it was accepted and measured. */
export interface SuggestionView {
  id: string;
  item: ItemView;
  action: "unlearn" | "relabel" | "drop";
  given_label: string | null;
  proposed_label: string | null;
  gain: number;
  low: number;
  high: number;
  harm: number;
  method: string;
  reasons: Array<Reason>;
  state: "open" | "accepted" | "rejected" | "asked";
  measured: number | null;
  model: number;
}

/** `act`: its name, for undo; None where nothing was done. */
export interface SuggestionsAck {
  ok: true;
  seq: number;
  act: string | null;
  done: Array<string>;
  refused: Array<Refused>;
}

/** `POST /suggestions/accept|reject|ask`: one or many. */
export interface SuggestionsIn {
  key: string;
  ids: Array<string>;
}

/** A new list of suggestions, or one of them changed. */
export interface SuggestionsUpdated {
  push: number;
  version: number;
  total: number;
  best_gain: number | null;
  note: string;
}

/** `GET /suggestions?state=open&limit=&offset=`: by gain, the largest first. `version`: the data they rest on; `behind`: label changes since. */
export interface SuggestionsView {
  ok: true;
  seq: number;
  version: number;
  behind: number;
  running: boolean;
  total: number;
  suggestions: Array<SuggestionView>;
  chooser: ChooserView;
  meter: MeterView;
  auto_accept: boolean;
}

export interface SurveyUpdated {
  push: number;
  survey: SurveyView;
}

/** The model's opinion of all examples that the measures rest on. `version` counts surveys, 0 = none yet; `at`: when it was made; `held_out`: by models that had not learned the example's label; `behind`: label changes since; `running`: a newer one is being made, `progress` in it. */
export interface SurveyView {
  version: number;
  at: number | null;
  held_out: boolean;
  behind: number;
  running: boolean;
  progress: number | null;
}

export interface TableContent {
  kind: "table";
  fields: Array<FieldValue>;
}

export interface TextContent {
  kind: "text";
  text: string;
}

/** `items` in the data set, with a label; `open` disagreements; `resolved` by people, `removed` among them; `bound`: share of the items that the matrix asks people to look at. */
export interface Totals {
  items: number;
  open: number;
  resolved: number;
  removed: number;
  bound: number;
}

/** `GET /weights/{id}`: weight and loss of one example by epoch. */
export interface TrajectoryView {
  ok: true;
  id: string;
  weights: Array<number>;
  losses: Array<number>;
  share_below: number;
}

export interface UndoAck {
  ok: true;
  seq: number;
  query: string;
  changes: Array<Change>;
}

/** `reply:undo`: take back this person's newest reply; its query is shown again. */
export interface UndoIn {
  key: string;
}

export interface WeightsUpdated {
  push: number;
  version: number;
  policy: string;
}

/** `GET /weights`: what each example counts in training. `policy`: the one that trains; `note`: why all count alike. */
export interface WeightsView {
  ok: true;
  policy: string;
  policies: Array<string>;
  version: number;
  running: boolean;
  note: string;
  scale: string;
  now: Histogram;
  epochs: Array<EpochView>;
  detection: DetectionView | null;
  useful: Array<ItemView>;
  useful_weights: Array<number>;
  useless: Array<ItemView>;
  useless_weights: Array<number>;
}

/** What leaving `examples` out of the training set does to the probability of the given label; above 0 = they speak against it. `predicted_change`: to first order; `real_change`: by fitting the model's last layer again without them. `exact`: that fit reached its optimum; otherwise `decrement` (nats, about twice the loss still to be gained) says how far it came. */
export interface Without {
  examples: Array<string>;
  predicted_change: number;
  real_change: number;
  exact: boolean;
  decrement: number;
}

/** One word in the history of an example's label. */
export interface WordView {
  at: number;
  who: string | null;
  action: string;
  label: string | null;
  retracted: boolean;
  note: string;
}

/** Client events by namespace: what is sent and how it is acknowledged. */
export interface ClientEvents {
  "/annotate": {
    "query:lease": { in: LeaseIn; ack: LeaseAck };
    "query:displayed": { in: DisplayedIn; ack: Ack };
    "query:reply": { in: ReplyIn; ack: ReplyAck };
    "query:skip": { in: SkipIn; ack: Ack };
    "query:flag": { in: FlagIn; ack: Ack };
    "query:explain": { in: ExplainIn; ack: ExplainAck };
    "reply:undo": { in: UndoIn; ack: UndoAck };
    "session:resume": { in: ResumeIn; ack: Ack };
  };
  "/stream": {
    "example:push": { in: ExamplesIn; ack: ExamplesAck };
  };
  "/curate": {
    "selection:set": { in: SelectIn; ack: Ack };
  };
}

export const CLIENT_EVENTS = {
  "/annotate": ["query:lease", "query:displayed", "query:reply", "query:skip", "query:flag", "query:explain", "reply:undo", "session:resume"],
  "/stream": ["example:push"],
  "/curate": ["selection:set"],
} as const;

/** Server pushes by namespace. */
export interface ServerPushes {
  "/annotate": {
    "session:hello": Hello;
    "query:push": QueryPush;
    "query:closed": QueryClosed;
    "model:updated": ModelUpdated;
    "stats:updated": Stats;
  };
  "/stream": {
    "example:decided": ExampleDecided;
    "stats:updated": Stats;
  };
  "/curate": {
    "session:hello": CurateHello;
    "matrix:changed": MatrixChanged;
    "survey:updated": SurveyUpdated;
    "map:ready": MapReady;
    "selection:changed": SelectionChanged;
    "suggestions:updated": SuggestionsUpdated;
    "weights:updated": WeightsUpdated;
  };
}

export const SERVER_PUSHES = {
  "/annotate": ["session:hello", "query:push", "query:closed", "model:updated", "stats:updated"],
  "/stream": ["example:decided", "stats:updated"],
  "/curate": ["session:hello", "matrix:changed", "survey:updated", "map:ready", "selection:changed", "suggestions:updated", "weights:updated"],
} as const;
