//! How the letter looks: light or dark on a screen, black on white on A4.

/// The letter's style sheet.
pub(super) const CSS: &str = "
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --soft: #57606a; --line: #c8ced6; --gap: #ffe58f; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ground: #15181c; --text: #e6e9ed; --soft: #9aa4af; --line: #3a424c; --gap: #6b5408; }
}
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--text); }
body { margin: 0; font: 1rem/1.45 'Segoe UI', 'Liberation Sans', Arial, Helvetica, sans-serif; overflow-wrap: anywhere; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.2rem 3rem; }
header { display: grid; grid-template-columns: 1fr 1fr; gap: 1.4rem 2rem; margin-bottom: 1.6rem; }
.to { grid-column: 2; }
.day { grid-column: 1 / 3; margin: 0; text-align: right; }
h1 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .6rem; }
h2 { font-size: 1.03rem; margin: 1.2rem 0 .3rem; break-after: avoid; }
p { margin: .3rem 0 .5rem; orphans: 3; widows: 3; }
ul { margin: .3rem 0 .5rem; padding-left: 1.2rem; }
li { margin: .15rem 0; break-inside: avoid; }
.result { border: 1px solid var(--line); padding: .5rem .8rem; font-weight: 600; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .9rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .2rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .7rem .25rem 0; border-top: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; }
tbody th { font-weight: 600; width: 34%; }
td:nth-child(3) { width: 36%; }
tr { break-inside: avoid; }
small { color: var(--soft); font-size: .85em; font-weight: 400; }
mark { background: var(--gap); color: inherit; border: 1px dashed currentColor; padding: 0 .2rem; }
.signed { margin-top: 1.2rem; break-inside: avoid; }
footer { margin-top: 1.2rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .75rem; }
@page { size: A4; margin: 14mm 18mm; }
@media print {
  :root { font-size: 10pt; color-scheme: light; --ground: #fff; --text: #000; --soft: #333; --line: #888; --gap: #fff; }
  body { line-height: 1.34; }
  header { margin-bottom: 1rem; gap: .8rem 2rem; }
  h2 { margin-top: .8rem; }
  th, td { padding-top: .16rem; padding-bottom: .16rem; }
  main { max-width: none; padding: 0; }
  footer { break-inside: avoid; }
}
";
