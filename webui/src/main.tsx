import "./tokens.css";
import "./app/base.css";
import "./app/frame.css";
import "./answer/answer.css";
import "./content/content.css";
import "./charts/charts.css";
import { render } from "preact";
import { App } from "./app/App";
import { pressed } from "./commands";
import { start } from "./socket";
import { watchTabs } from "./tabs";

const root = document.getElementById("app");
if (root) render(<App />, root);
document.addEventListener("keydown", pressed);
watchTabs();
start();
