/** The style of the HTML page: light or dark as the reader has it, and fit to be printed. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --soft: #f6f8fa; --good: #1a7f37; --bad: #cf222e; --skip: #afb8c1; --back: #bf8700; --link: #0969da; --page: #fff }
@media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --quiet: #9198a1; --line: #3d444d; --soft: #151b23; --good: #3fb950; --bad: #f85149; --skip: #656c76; --back: #d29922; --link: #4493f8; --page: #0d1117 } }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif }
main { max-width: 1000px; margin: 0 auto; padding: 24px 20px 64px }
h1 { font-size: 1.5rem; margin: 0 0 8px; overflow-wrap: anywhere } h2 { font-size: 1.15rem; margin: 28px 0 8px }
p { margin: 6px 0; overflow-wrap: anywhere } a { color: var(--link) } ul { padding-left: 22px } li { overflow-wrap: anywhere }
code, pre { font: 0.87em/1.5 ui-monospace, SFMono-Regular, Menlo, 'Liberation Mono', monospace }
code { background: var(--soft); border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere }
pre { background: var(--soft); border-radius: 6px; padding: 12px 14px; white-space: pre-wrap; overflow-wrap: anywhere }
.wide { overflow-x: auto } table { border-collapse: collapse; margin: 8px 0 } th, td { border: 1px solid var(--line); padding: 5px 11px; text-align: left; vertical-align: top } tbody tr:nth-child(even) { background: var(--soft) }
.alert { border-left: 4px solid var(--bad); padding: 2px 14px; margin: 14px 0; background: var(--soft) } .alert.warning { border-color: var(--back) }
details { border-top: 1px solid var(--line); padding: 8px 0 } summary { cursor: pointer; font-weight: 600 }
figure { margin: 18px 0 } .timeline { width: 100%; height: auto; font: 12px system-ui, 'Liberation Sans', sans-serif } .timeline text { fill: var(--text) } .timeline .took, .timeline .tick { fill: var(--quiet) } .timeline line { stroke: var(--line) }
.timeline .passed { fill: var(--good) } .timeline .failed { fill: var(--bad) } .timeline .skipped, .timeline .cancelled { fill: var(--skip) } .timeline .rollback { fill: var(--back) }
@media print { body { background: #fff } main { max-width: none; padding: 0 } }
`;
