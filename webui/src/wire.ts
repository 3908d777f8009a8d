// The messages of the wire, in the shape of cincer/server/wire.

export interface ErrorAnswer {
  ok: false;
  error: string;
  code: string;
  status: number;
  retry_after?: number | null;
}
export interface Ack {
  ok: true;
  seq: number;
}
export interface ImageContent {
  kind: "image";
  url: string;
  width: number;
  height: number;
}
export interface FieldValue {
  name: string;
  value: string;
  number?: number | null;
  unit?: string | null;
  separation?: number | null;
}
export interface TableContent {
  kind: "table";
  fields: FieldValue[];
}
export interface TextContent {
  kind: "text";
  text: string;
}
export interface SeriesContent {
  kind: "series";
  values: number[];
}
export type Content = ImageContent | TableContent | TextContent | SeriesContent;
export interface BeliefView {
  label: string;
  p: number;
}
export interface SideView {
  id: string;
  content: Content;
  given_label: string | null;
  predicted_label: string | null;
  beliefs: BeliefView[];
}
export interface QueryView {
  query: string;
  kind: "suspicious" | "audit" | "unlabelled" | "dispute";
  epoch: number;
  deadline: number;
  margin: number | null;
  example: SideView;
  counter_example: SideView | null;
  score?: number | null;
  model: number;
}
export interface DecisionIn {
  action: "keep" | "relabel" | "unsure" | "remove" | "good" | "bad";
  label?: string | null;
}
export interface LeaseIn {
  count?: number;
  key: string;
}
export interface LeaseAck extends Ack {
  held: string[];
  queries?: QueryView[];
  waiting: number;
}
export interface DisplayedIn {
  query: string;
  epoch?: number | null;
}
export interface ReplyIn {
  query: string;
  key: string;
  epoch?: number | null;
  example: DecisionIn;
  counter_example?: DecisionIn | null;
  comment?: string;
  seconds?: number | null;
  worker?: string | null;
}
export interface Change {
  id: string;
  before: string | null;
  after: string | null;
  action: string;
}
export interface ReplyAck extends Ack {
  counted: boolean;
  late?: boolean;
  changes: Change[];
}
export interface SkipIn {
  query: string;
  key: string;
  epoch?: number | null;
}
export interface FlagIn {
  query: string;
  key: string;
  comment?: string;
}
export interface UndoIn {
  key: string;
}
export interface UndoAck extends Ack {
  query: string;
  changes: Change[];
}
export interface ResumeIn {
  push?: number;
}
export interface Hello {
  push: number;
  annotator: string;
  roles: string[];
  project: string;
  classes: string[];
  kind: "image" | "table" | "vector" | "text" | "series";
  lease_seconds: number;
  prefetch: number;
  undo_depth: number;
  truth_known: boolean;
  version: string;
}
export interface QueryPush {
  push: number;
  query: QueryView;
}
export interface QueryClosed {
  push: number;
  query: string;
  outcome: string;
}
export interface ModelUpdated {
  push: number;
  model: number;
  known: number;
  flipped: number;
  exact: boolean;
  after?: string | null;
}
export interface CurvePoint {
  at: number;
  replies: number;
  received: number;
  mislabelled?: number | null;
  f1?: number | null;
  never_mislabelled?: number | null;
  never_f1?: number | null;
}
export interface Person {
  name: string;
  replies: number;
  online: boolean;
}
export interface Stats {
  push?: number;
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
  model: number;
  model_exact: boolean;
  threshold: number;
  arrivals_per_second: number;
  saved_at: number;
  scorer: "up" | "starting" | "down";
  trainer: "up" | "starting" | "down" | "off";
  finished: boolean;
  people: Person[];
  curve: CurvePoint[];
}
