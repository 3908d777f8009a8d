// The results of studies: the list, and one of them.

import { Missing } from "../app/Missing";
import type { PageProps } from "../app/pages";
import { OneStudy } from "./OneStudy";
import { StudyList } from "./StudyList";

export function StudiesPage({ rest }: PageProps) {
  const [name, ...more] = rest;
  if (more.length > 0) return <Missing />;
  return (
    <main id="main" class="studies" tabIndex={-1}>
      <div class="sheet">{name === undefined ? <StudyList /> : <OneStudy key={name} name={name} />}</div>
    </main>
  );
}
