// Made by `python -m cincer.server.wire.typescript` from cincer/server/wire. Do not edit.

/** Received, committed and synced. `seq` is the ledger's sequence number after it. */
export interface Ack {
  ok: true;
  seq: number;
}

/** A class and the model's probability for it. */
export interface BeliefView {
  label: string;
  p: number;
}

/** A label that a reply changed or confirmed. */
export interface Change {
  id: string;
  before: string | null;
  after: string | null;
  action: string;
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

/** `query:displayed`: the pair is on the screen and must not change any more. `shown`: ids of the example and of its counter-examples, in order; where the pair was replaced on the way to the screen, the answer is an error (`stale`), and the new one is to be shown. */
export interface DisplayedIn {
  query: string;
  epoch?: number | null;
  shown?: Array<string> | null;
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

/** `POST /login-links`: a link that logs a browser in as you, once, until `expires`. */
export interface LoginLink {
  ok: true;
  url: string;
  expires: number;
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

/** `model:updated`: the head or the network changed. `flipped`: known examples whose predicted class changed; `after` the query whose reply it contains, if one set it off. */
export interface ModelUpdated {
  push: number;
  model: number;
  known: number;
  flipped: number;
  exact: boolean;
  after: string | null;
}

/** Somebody who is answering: how many replies, and whether connected now. */
export interface Person {
  name: string;
  replies: number;
  online: boolean;
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

export interface TableContent {
  kind: "table";
  fields: Array<FieldValue>;
}

export interface TextContent {
  kind: "text";
  text: string;
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

/** What leaving `examples` out of the training set does to the probability of the given label; above 0 = they speak against it. `predicted_change`: to first order; `real_change`: by fitting the model's last layer again without them. `exact`: that fit reached its optimum; otherwise `decrement` (nats, about twice the loss still to be gained) says how far it came. */
export interface Without {
  examples: Array<string>;
  predicted_change: number;
  real_change: number;
  exact: boolean;
  decrement: number;
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
}

export const CLIENT_EVENTS = {
  "/annotate": ["query:lease", "query:displayed", "query:reply", "query:skip", "query:flag", "query:explain", "reply:undo", "session:resume"],
  "/stream": ["example:push"],
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
}

export const SERVER_PUSHES = {
  "/annotate": ["session:hello", "query:push", "query:closed", "model:updated", "stats:updated"],
  "/stream": ["example:decided", "stats:updated"],
} as const;
