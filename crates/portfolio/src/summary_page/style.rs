//! How the page looks: wide or narrow, light or dark, on a screen or on paper.

/// The page's style sheet.
pub(super) const CSS: &str = "
:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #1c2430; --soft: #5b6675; --line: #dbe1e8; --tint: #f3f6f9;
  --bar: #2f6fb2; --good: #14713d; --bad: #b3261e; --mark: #fff1cc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181d; --text: #e4e8ed; --soft: #9aa5b1; --line: #323a44; --tint: #1d232a;
    --bar: #6ea8e0; --good: #6fcf97; --bad: #ff8a80; --mark: #4a3d12;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, 'Segoe UI', sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
header p, footer, section > p { color: var(--soft); }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p { margin: .3rem 0 .6rem; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: .75rem; margin: 1.2rem 0; }
.figures div { background: var(--tint); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; font-size: 1.15rem; font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
.remark { border-left: 4px solid var(--bad); padding: .3rem .8rem; color: var(--text); }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 700; font-size: 1.15rem; }
.table { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: .4rem .7rem; text-align: right; border-top: 1px solid var(--line); white-space: nowrap;
  font-variant-numeric: tabular-nums; }
thead th { border-top: 0; background: var(--tint); font-weight: 600; }
th:first-child, th.text, td.text { text-align: left; }
tbody th { font-weight: 500; }
td small { display: block; color: var(--soft); }
td.notable { background: var(--mark); }
td.bar { min-width: 11rem; }
td.bar i { display: block; height: .35rem; margin-top: .15rem; border-radius: .2rem; background: var(--bar); margin-left: auto; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg rect { fill: var(--bar); }
svg text { fill: var(--soft); font: 9px system-ui, 'Segoe UI', sans-serif; }
svg line { stroke: var(--line); }
footer { margin-top: 2.5rem; font-size: .85rem; }
@media screen and (max-width: 44rem) {
  thead { display: none; }
  table, tbody, tr { display: block; }
  tr { padding: .5rem .8rem; border-top: 1px solid var(--line); }
  tbody tr:first-child { border-top: 0; }
  tbody th { display: block; padding: 0; border: 0; font-weight: 600; white-space: normal; }
  td, td.text { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .1rem 0; border: 0;
    white-space: normal; text-align: right; }
  td::before { content: attr(data-label); color: var(--soft); text-align: left; }
  tbody th::before { content: attr(data-label) ' '; color: var(--soft); font-weight: 400; }
  td.nothing { display: none; }
  td small { flex-basis: 100%; }
  td.bar span { flex-basis: 100%; }
  svg text { font-size: 21px; }
}
@media print { main { max-width: none; padding: 0; } section { break-inside: avoid; } }
";
