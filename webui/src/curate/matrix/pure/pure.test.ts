// The map's and the lists' pure parts: camera, index, lasso, dots, columns, selecting, order.

import { describe, expect, it } from "vitest";
import type { CellView, MatrixView } from "../../../wire";
import { fitted, panned, seen, showing, toData, toScreen, zoomed } from "./camera";
import { WHOLE, bin, first, histogram, known, ordered, shown } from "./columns";
import { bounds, enclosed, inside } from "./lasso";
import { following, moved, pathOf, spotOf } from "./order";
import { Painting, stamp } from "./paint";
import { between, joined, stepped, toggled } from "./selecting";
import { Points } from "./spatial";

const SIZE = { width: 600, height: 400 };
let state = 7;
const draw = () => (state = (state * 16807) % 2147483647) / 2147483647;
const many = (count: number) => Array.from({ length: count }, draw);

describe("camera", () => {
  it("goes to the screen and back", () => {
    const camera = { x: 0.3, y: 0.6, scale: 900 };
    const at = toData(camera, SIZE, toScreen(camera, SIZE, 0.41, 0.52));
    expect(at.x).toBeCloseTo(0.41, 12);
    expect(at.y).toBeCloseTo(0.52, 12);
  });
  it("zooms about the pointer", () => {
    const camera = fitted(SIZE);
    const spot = { x: 320, y: 180 };
    const before = toData(camera, SIZE, spot);
    const after = toData(zoomed(camera, SIZE, 3, spot), SIZE, spot);
    expect([after.x, after.y]).toEqual([expect.closeTo(before.x, 12), expect.closeTo(before.y, 12)]);
  });
  it("never loses the projection", () => {
    expect(panned(fitted(SIZE), -1e6, 1e6)).toMatchObject({ x: 1, y: 0 });
    expect(zoomed(fitted(SIZE), SIZE, 1e-9, { x: 0, y: 0 }).scale).toBeGreaterThan(fitted(SIZE).scale / 2);
  });
  it("shows everything when fitted, and brings a point inside", () => {
    const box = seen(fitted(SIZE), SIZE);
    expect(box.x0 < 0 && box.y0 < 0 && box.x1 > 1 && box.y1 > 1).toBe(true);
    const camera = showing({ x: 0.1, y: 0.1, scale: 4000 }, SIZE, 0.9, 0.4, 40);
    const at = toScreen(camera, SIZE, 0.9, 0.4);
    expect(at.x).toBeLessThanOrEqual(SIZE.width - 40 + 1e-6);
    expect(at.y).toBeLessThanOrEqual(SIZE.height - 40 + 1e-6);
  });
});

describe("points", () => {
  const [x, y] = [many(3000), many(3000)];
  const points = new Points(x, y);
  const [fx, fy] = [points.x, points.y];

  it("are found in a box as by looking at each", () => {
    for (let k = 0; k < 20; k++) {
      const [a, b, c, d] = many(4) as [number, number, number, number];
      const box = { x0: Math.min(a, b), x1: Math.max(a, b), y0: Math.min(c, d), y1: Math.max(c, d) };
      const slow = [...fx.keys()].filter((i) => fx[i]! >= box.x0 && fx[i]! <= box.x1 && fy[i]! >= box.y0 && fy[i]! <= box.y1);
      expect(points.within(box).sort((p, q) => p - q)).toEqual(slow);
    }
  });
  it("give the nearest one, or none in reach", () => {
    for (let k = 0; k < 50; k++) {
      const [px, py] = many(2) as [number, number];
      const apart = [...fx.keys()].map((i) => Math.hypot(fx[i]! - px, fy[i]! - py));
      const least = Math.min(...apart);
      expect(points.nearest(px, py, 0.5)).toBe(apart.indexOf(least));
      expect(points.nearest(px, py, least * 0.9)).toBe(-1);
    }
  });
  it("lead somewhere in each direction, and back to nowhere at the edge", () => {
    const cross = new Points([0.5, 0.7, 0.3, 0.5, 0.5], [0.5, 0.5, 0.5, 0.2, 0.9]);
    expect((["right", "left", "up", "down"] as const).map((d) => cross.towards(0, d))).toEqual([1, 2, 3, 4]);
    expect(cross.towards(1, "right")).toBe(-1);
    expect(cross.towards(0, "right", (row) => row !== 1)).toBe(-1);
  });
  it("may all lie in one place, or on the edge", () => {
    const same = new Points([1, 1, 1], [0, 0, 0]);
    expect(same.within({ x0: 0.9, y0: 0, x1: 1, y1: 0.1 }).length).toBe(3);
    expect(new Points([], []).nearest(0.5, 0.5, 1)).toBe(-1);
  });
});

describe("lasso", () => {
  const square = [{ x: 0.2, y: 0.2 }, { x: 0.8, y: 0.2 }, { x: 0.8, y: 0.8 }, { x: 0.2, y: 0.8 }];
  it("holds what is inside a square, whichever way it was drawn", () => {
    expect([inside(square, 0.5, 0.5), inside([...square].reverse(), 0.5, 0.5), inside(square, 0.9, 0.5)]).toEqual([true, true, false]);
  });
  it("leaves out the hollow of a bent line", () => {
    const bent = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 1, y: 1 }, { x: 0.5, y: 0.2 }, { x: 0, y: 1 }];
    expect([inside(bent, 0.5, 0.1), inside(bent, 0.5, 0.8)]).toEqual([true, false]);
  });
  it("finds the points it encloses; a click encloses none", () => {
    const points = new Points([0.5, 0.1, 0.79], [0.5, 0.5, 0.3]);
    expect(enclosed(points, square).sort()).toEqual([0, 2]);
    expect(enclosed(points, square.slice(0, 2))).toEqual([]);
    expect(bounds(square)).toEqual({ x0: 0.2, y0: 0.2, x1: 0.8, y1: 0.8 });
  });
});

describe("dots", () => {
  const camera = { x: 0.5, y: 0.5, scale: 20 };
  const red = { palette: Uint32Array.of(0x0000ff), shade: null };
  it("are full in the middle and soft at the edge", () => {
    const { reach, cover } = stamp(2);
    const side = 2 * reach + 1;
    expect(cover[reach * side + reach]).toBe(255);
    expect(cover[0]).toBe(0);
    expect([...cover].some((value) => value > 0 && value < 255)).toBe(true);
  });
  it("are drawn where the camera says, those drawn first on top", () => {
    const pixels = new Uint32Array(400);
    const blue = { palette: Uint32Array.of(0xff0000), shade: null };
    new Painting(pixels, { width: 20, height: 20 }, camera, 1, Float32Array.of(0.5), Float32Array.of(0.5), [
      { rows: [0], radius: 1, ...red }, { rows: [0], radius: 3, ...blue }]).go();
    expect(pixels[10 * 20 + 10]).toBe(0xff0000ff);
    expect(pixels[10 * 20 + 12]! & 0xffffff).toBe(0xff0000);
    expect(pixels[0]).toBe(0);
  });
  it("outside the picture are left out", () => {
    const pixels = new Uint32Array(400).fill(9);
    new Painting(pixels, { width: 20, height: 20 }, camera, 1, Float32Array.of(5, -5), Float32Array.of(0.5, 0.5), [{ rows: [0, 1], radius: 2, ...red }]).go();
    expect(pixels.every((pixel) => pixel === 0)).toBe(true);
  });
  it("are the same painted in parts", () => {
    const many = 5000;
    const spread = (step: number) => Float32Array.from({ length: many }, (_, k) => ((k * step) % 997) / 997);
    const layers = [
      { rows: Uint32Array.from({ length: many / 2 }, (_, k) => k), radius: 1.5, ...red },
      { rows: Uint32Array.from({ length: many / 2 }, (_, k) => k + many / 2), radius: 2, palette: Uint32Array.of(0xff0000), shade: null }];
    const [whole, parts] = [new Uint32Array(10_000), new Uint32Array(10_000)];
    const size = { width: 100, height: 100 };
    new Painting(whole, size, { ...camera, scale: 90 }, 1, spread(31), spread(57), layers).go();
    const painting = new Painting(parts, size, { ...camera, scale: 90 }, 1, spread(31), spread(57), layers);
    let steps = 0;
    for (; !painting.done; steps++) painting.go(() => true);
    expect(steps).toBeGreaterThan(4);
    expect(whole.some((pixel) => pixel !== 0)).toBe(true);
    expect(parts).toEqual(whole);
  });
});

const CELL = {
  ids: ["a", "b", "c", "d"], iies: [0.6, 1, 0.5, 0.8], margin: [0.2, 1, 0, 0.6], gain: [null, 0.1, 0.3, null], trust: [null, null, null, null],
} as unknown as CellView;

describe("columns", () => {
  it("sort, those without a value last whichever way", () => {
    expect([...ordered(CELL, first("iies"))]).toEqual([1, 3, 0, 2]);
    expect([...ordered(CELL, { by: "gain", down: false })]).toEqual([1, 2, 0, 3]);
    expect([...ordered(CELL, { by: "gain", down: true })]).toEqual([2, 1, 0, 3]);
  });
  it("show what is there and in the range, ends included", () => {
    const all = ordered(CELL, first("iies"));
    expect([...shown(CELL, all, new Set(["b"]), { from: 0.6, to: 1 })]).toEqual([3, 0]);
    expect(shown(CELL, all, new Set(), WHOLE)).toBe(all);
  });
  it("count every item in one bar", () => {
    expect([bin(0.5, 10), bin(1, 10), bin(0.7499, 4)]).toEqual([0, 9, 1]);
    expect(histogram(CELL, new Set(["c"]), 5)).toEqual([0, 1, 0, 1, 1]);
  });
  it("say nothing where nothing is known", () => expect([known(CELL, "gain"), known(CELL, "trust"), known(CELL, "iies")]).toEqual([true, false, true]));
});

describe("selecting", () => {
  it("replaces, adds, takes out", () => {
    expect([...joined(new Set(["a"]), ["b"], false)]).toEqual(["b"]);
    expect([...joined(new Set(["a"]), ["b"], true)]).toEqual(["a", "b"]);
    expect([...toggled(new Set(["a", "b"]), "a")]).toEqual(["b"]);
  });
  it("goes from here to there either way", () => {
    expect(between(["a", "b", "c", "d"], "d", "b")).toEqual(["b", "c", "d"]);
    expect(between(["a", "b"], null, "b")).toEqual(["b"]);
  });
  it("steps by columns and stays inside", () => {
    expect([stepped(4, 10, "ArrowDown", 3, 2), stepped(4, 10, "ArrowUp", 3, 2), stepped(9, 10, "ArrowRight", 3, 2)]).toEqual([7, 1, 9]);
    expect([stepped(4, 10, "Home", 3, 2), stepped(4, 10, "End", 3, 2), stepped(-1, 10, "ArrowDown", 3, 2)]).toEqual([0, 9, 0]);
    expect([stepped(4, 10, "x", 3, 2), stepped(0, 0, "End", 3, 2)]).toEqual([null, null]);
  });
});

describe("moving through the matrix", () => {
  const row = (label: string, ...counts: number[]) => ({ label, correct: 9, open: 0, cells: counts.map((count, at) => ({ predicted_label: `p${at}`, count })) });
  const matrix = { rows: [row("a", 9, 4, 1), row("b"), row("c", 5)] } as unknown as MatrixView;
  it("passes over empty rows and keeps to what there is", () => {
    expect(moved(matrix, { row: 0, column: 2 }, "ArrowDown")).toEqual({ row: 2, column: 0 });
    expect(moved(matrix, { row: 2, column: 0 }, "ArrowUp")).toEqual({ row: 0, column: 0 });
    expect([moved(matrix, { row: 0, column: 2 }, "ArrowRight"), moved(matrix, { row: 2, column: 0 }, "ArrowDown")]).toEqual([null, null]);
    expect(moved(matrix, { row: 0, column: 0 }, "End")).toEqual({ row: 0, column: 2 });
  });
  it("goes from cell to cell by number", () => {
    expect(following(matrix, { given: "a", predicted: "p0" }, 1)).toEqual({ given: "c", predicted: "p0" });
    expect(following(matrix, { given: "a", predicted: "p0" }, -1)).toBeNull();
    expect(following(matrix, null, 1)).toEqual({ given: "a", predicted: "p0" });
    expect(spotOf(matrix, { given: "c", predicted: "p0" })).toEqual({ row: 2, column: 0 });
  });
  it("writes addresses that can be read again", () => {
    expect([pathOf(null), pathOf({ given: "a/b", predicted: "v1.0" })]).toEqual(["/curate/matrix", "/curate/matrix/a%2Fb/v1.0/"]);
  });
});
