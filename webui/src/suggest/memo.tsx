// Draws a component again only when what it shows has changed.

import { Component } from "preact";
import type { ComponentType, FunctionComponent } from "preact";

/** `but`: properties that may change without a new drawing, such as handlers that close over ids. */
export function memo<P extends object>(View: FunctionComponent<P>, but: ReadonlyArray<keyof P> = []): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const names = Object.keys(next) as Array<keyof P>;
      return names.some((name) => !but.includes(name) && next[name] !== this.props[name]);
    }

    override render() {
      return <View {...(this.props as P)} />;
    }
  };
}
