// Level FG without a server: bulk and outliers in closed form, averaged over fixed rows of logits.
// The formulas and the rows are those of theory/averaged/laws/logit_law.py and theory/models/noise.py.

const ENTRIES = 20480; // logits in all
const FALL = 0.02; // steps of √(ln edge - ln x) down the bulk

/** The quantile of a standard normal number: P. J. Acklam's rational approximation. */
export function quantile(q) {
  const a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
  const c = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
  const of = (coefficients, x, last) => [...coefficients, ...last].reduce((sum, each) => sum * x + each, 0);
  if (q > 0.5) return -quantile(1 - q);
  if (q < 0.02425) {
    const t = Math.sqrt(-2 * Math.log(q));
    return of(c, t, []) / of(d, t, [1]);
  }
  const t = q - 0.5, r = t * t;
  return (of(a, r, []) * t) / of(b, r, [1]);
}

/** Softmax outputs of a Kronecker sequence of logits, row after row. */
export function outputs(C, sigma_z) {
  let x = 2;
  for (let i = 0; i < 60; i++) x = (1 + x) ** (1 / (C + 1));
  const rows = Math.max(64, Math.floor(ENTRIES / C)), p = new Float64Array(rows * C);
  for (let m = 0; m < rows; m++) {
    let sum = 0;
    for (let k = 0; k < C; k++) sum += p[m * C + k] = Math.exp(sigma_z * quantile(((m + 0.5) * x ** -(k + 1)) % 1));
    for (let k = 0; k < C; k++) p[m * C + k] /= sum;
  }
  return p;
}

/** Means over the rows of tr B and tr B², B = A (I + κA)⁻¹, for a complex κ = a + ib. */
function traces(p, C, a, b) {
  const rows = p.length / C, mean = [0, 0, 0, 0];
  for (let m = 0; m < rows; m++) {
    let t = 0, ti = 0, s = 0, si = 0, c = 0, ci = 0;
    for (let k = m * C; k < (m + 1) * C; k++) {
      const re = 1 + a * p[k], im = b * p[k], size = re * re + im * im;
      const d = (p[k] * re) / size, di = (-p[k] * im) / size, d2 = d * d - di * di, d2i = 2 * d * di;
      t += d; ti += di; s += d2; si += d2i; c += d2 * d - d2i * di; ci += d2 * di + d2i * d;
    }
    const size = t * t + ti * ti, q = (s * t + si * ti) / size, qi = (si * t - s * ti) / size;
    mean[0] += t - q; mean[1] += ti - qi;
    mean[2] += s - (2 * (c * t + ci * ti)) / size + q * q - qi * qi;
    mean[3] += si - (2 * (ci * t - c * ti)) / size + 2 * q * qi;
  }
  return mean.map((each) => each / rows);
}

/** The largest eigenvalue of all blocks: the largest root of Σ p/(λ - p) = 0 lies between the two largest outputs. */
function largest(p, C) {
  let found = 0;
  for (let m = 0; m < p.length; m += C) {
    const row = p.slice(m, m + C).sort();
    let [from, to] = [row[C - 2], row[C - 1]];
    if (to <= found) continue;
    for (let i = 0; i < 50; i++) {
      const middle = (from + to) / 2;
      if (row.reduce((sum, each) => sum + each / (middle - each), 0) > 0) from = middle; else to = middle;
    }
    found = Math.max(found, from);
  }
  return found;
}

/** Upper edge, bulk and common outlier of level FG; `outlier` is null below the threshold. */
export function model({ N, C, D, sigma_z, sigma_c, sigma_E }) {
  const p = outputs(C, sigma_z), s = sigma_E ** 2 / N, weight = N / D;
  const at = (u, v = 0) => { // z and dz/du at a complex u, and tr B
    const size = u * u + v * v, a = (-s * u) / size, b = (s * v) / size;
    const [first, firstI, second, secondI] = traces(p, C, a, b);
    const k2 = a * a - b * b, k2i = 2 * a * b;
    return { z: u + weight * s * first, zi: v + weight * s * firstI, slope: 1 - weight * (k2 * second - k2i * secondI), slopeI: -weight * (k2 * secondI + k2i * second), first };
  };
  const top = s * largest(p, C);
  let low = top, high = low + 2 * s * (1 + Math.sqrt((N * (C - 1)) / D));
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (at(middle).slope > 0) high = middle; else low = middle;
  }
  const end = high, edge = at(end).z;
  const left = (u) => (sigma_c ** 2 * at(u).first) / (C - 1);
  let outlier = null;
  if (left(end) > end) {
    for (let [from, to] = [end, left(end)], i = 0; i < 60; i++) {
      const middle = (from + to) / 2;
      if (left(middle) > middle) from = middle; else to = middle;
      outlier = middle;
    }
    outlier = at(outlier).z;
  }
  return { edge, outlier, count: outlier === null ? 0 : C - 1, ...bulk(at, { end, edge, top, D }) };
}

/** The bulk from its upper edge down: Newton along the curve u(x), until it is real again. */
function bulk(at, { end, edge, top, D }) {
  const h = 1e-3 * (end - top), bend = (at(end + h).slope - at(end + h / 2).slope) / (h / 2), x = [], height = [];
  let u = end, v = 0, low = edge;
  for (let t = FALL; t < 6; t += FALL) {
    const target = edge * Math.exp(-t * t);
    if (v === 0) v = Math.sqrt((2 * (edge - target)) / bend);
    let settled = false;
    for (let i = 0; i < 40 && !settled; i++) {
      const { z, zi, slope, slopeI } = at(u, v), size = slope * slope + slopeI * slopeI, gap = z - target;
      const du = (gap * slope + zi * slopeI) / size, dv = (zi * slope - gap * slopeI) / size;
      u -= du;
      v = Math.max(v - dv, 1e-12 * end);
      settled = Math.hypot(du, dv) < 1e-9 * Math.hypot(u, v);
    }
    if (!settled || v < 1e-4 * Math.abs(u)) break;
    low = target;
    x.unshift(target);
    height.unshift((D * target * v) / (Math.PI * (u * u + v * v)));
  }
  return { low, x: [...x, edge], height: [...height, 0] };
}
