"""How a report looks: on a light and on a dark screen, and on paper."""

STYLE = """
:root{color-scheme:light dark;--ground:#fbf6ea;--panel:#fffdf7;--text:#2b261d;--quiet:#574f40;
--faint:#625a4a;--rule:#d3c8b3;--accent:#855400;--good:#3a661b;--bad:#b0241a;--warm:#a34206}
@media (prefers-color-scheme:dark){:root{--ground:#1a1813;--panel:#211e18;--text:#d9d2c3;
--quiet:#ada493;--faint:#9c927f;--rule:#3a362e;--accent:#f2b84b;--good:#8fc46b;--bad:#ef6f5e;
--warm:#f0913e}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem clamp(1rem,3vw,3rem) 4rem;max-width:90rem;background:var(--ground);
color:var(--text);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:0;color:var(--accent)}
h2{font-size:1.1rem;margin:2.5rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--rule)}
p{margin:.2rem 0}
.quiet{color:var(--quiet)}
.faint{color:var(--faint)}
.good{color:var(--good)}
.bad{color:var(--bad)}
.warm{color:var(--warm)}
.totals{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;
margin-top:1.5rem}
.totals div{background:var(--panel);border:1px solid var(--rule);border-radius:.5rem;
padding:.7rem .9rem}
.totals b{display:block;font-size:1.25rem;line-height:1.3;font-variant-numeric:tabular-nums}
.totals span{color:var(--faint);font-size:.85rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{color:var(--faint);font-size:.75rem;font-weight:600;letter-spacing:.04em;text-align:right;
padding:.3rem .6rem;border-bottom:1px solid var(--rule);white-space:nowrap}
td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid var(--rule);vertical-align:top;
overflow-wrap:break-word}
th.key,td.key,.list th,.list td{text-align:left}
td.key{font-weight:600;white-space:nowrap}
.grouped td:not(.key){white-space:nowrap}
.grouped td.cost{white-space:normal;min-width:9rem}
.list td{min-width:6rem}
svg{display:block;width:100%;height:9rem}
.chart .good{fill:var(--good)}
.chart .bad{fill:var(--bad)}
.ends{display:flex;justify-content:space-between}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}
.card{background:var(--panel);border:1px solid var(--rule);border-radius:.5rem;overflow:hidden;
break-inside:avoid}
.card img,.card .plain{display:flex;width:100%;aspect-ratio:16/9;object-fit:contain;
background:var(--ground);align-items:center;justify-content:center;color:var(--faint);
border-bottom:1px solid var(--rule)}
.card .about{padding:.6rem .8rem .8rem}
.card h3{font-size:1rem;margin:0 0 .2rem}
.card p{font-size:.85rem}
.card .prompt{display:-webkit-box;-webkit-line-clamp:4;-webkit-box-orient:vertical;overflow:hidden}
@media print{:root{--ground:#fff;--panel:#fff;--text:#000;--quiet:#333;--faint:#555;--rule:#bbb;
--accent:#000;--good:#060;--bad:#900;--warm:#840}
body{max-width:none;padding:0;font-size:10pt}
h2{break-after:avoid}tr,.totals div{break-inside:avoid}thead{display:table-header-group}
.wide{overflow:visible}.cards{grid-template-columns:repeat(3,1fr)}
.card .prompt{-webkit-line-clamp:unset}}
"""
"""The one style of the page; its digest is what the page's policy lets through."""
