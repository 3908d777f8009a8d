/** A text cut into words and what stands between them; `own` = the other text lacks the word. */
export interface Term {
  text: string;
  own: boolean;
}

/** Marks the words that the other text lacks, where the two share enough for that to say anything. */
export function terms(text: string, other: string | null): Term[] {
  const parts = text.split(/([\p{L}\p{N}]+)/u).filter((part) => part !== "");
  if (other === null) return [{ text, own: false }];
  const theirs = new Set(words(other));
  const mine = words(text);
  const shared = mine.filter((word) => theirs.has(word)).length;
  if (shared < mine.length * 0.3) return [{ text, own: false }];
  return parts.map((part) => ({ text: part, own: /[\p{L}\p{N}]/u.test(part) && !theirs.has(part.toLowerCase()) }));
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
