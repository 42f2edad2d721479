"""The page that the report fills: its HTML and its style sheet, which name no other file and load nothing."""

from __future__ import annotations

STYLE = """
:root{%(light)scolor-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{%(dark)s}}
*{box-sizing:border-box}
body{margin:0;background:var(--window);color:var(--text);font:14px/1.45 Inter,system-ui,-apple-system,"Segoe UI",
sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:28px 20px 40px}
h1{font-size:24px;font-weight:600;line-height:1.2;margin:0 0 2px}
h2{font-size:13px;font-weight:600;color:var(--quiet);margin:0 0 8px}
p{margin:0 0 4px}
.under{color:var(--quiet);margin-bottom:16px}
section{background:var(--card);border-radius:8px;padding:14px 16px;break-inside:avoid}
.grid{display:grid;grid-template-columns:repeat(12,1fr);gap:8px;margin-bottom:8px}
.four{grid-column:span 5}.eight{grid-column:span 7}.all{grid-column:span 12}
figure{margin:0;break-inside:avoid}
.pictures{align-items:center}
img{display:block;width:100%%;height:auto;border-radius:8px}
table{border-collapse:collapse;width:100%%}
th{font-weight:400;text-align:left}
td,th{padding:3px 10px 3px 0;vertical-align:top}
thead th{color:var(--quiet);font-size:12px}
tbody tr+tr td,tbody tr+tr th{border-top:1px solid var(--hairline)}
.numbers td,.numbers thead th+th{text-align:right;padding-right:0;padding-left:12px}
.numbers td{font-weight:600}
.best{margin-top:10px;font-size:13px}
.changed th,.changed td{font-weight:600}
.settings{font-size:12.5px}
.settings td:last-child{color:var(--quiet);font-weight:400;text-align:right;padding-right:0}
.columns{columns:2;column-gap:28px}
.columns tr{break-inside:avoid}
.matrices{display:flex;flex-wrap:wrap;gap:14px 28px}
figcaption{font-size:12px;color:var(--quiet);margin-bottom:4px}
.confusion{width:auto;font-size:12.5px}
.confusion td,.confusion thead th{text-align:right;padding:3px 8px;min-width:34px}
.confusion td{border:1px solid var(--card);border-radius:4px}
.right{background:color-mix(in srgb,var(--positive) var(--s),transparent)}
.wrong{background:color-mix(in srgb,var(--negative) var(--s),transparent)}
.findings{list-style:none;margin:0;padding:0;font-size:13px}
.findings li{padding:4px 0 4px 104px;position:relative}
.findings li+li{border-top:1px solid var(--hairline)}
.findings b{position:absolute;left:0;font-weight:600;color:var(--quiet)}
.findings .act b{color:var(--text)}.findings .act b:before{content:"! "}
.findings .look b{color:var(--text)}
.findings+details{margin-top:8px}
summary{color:var(--quiet);font-size:12.5px;cursor:pointer}
.remedy{color:var(--accent)}
.moves{font-size:12.5px}
.moves td{white-space:nowrap}.moves td:nth-child(2),.moves td:nth-child(4){white-space:normal}
.name{color:var(--quiet);font-size:12px;margin-top:8px}
.code,.codelong{overflow-wrap:anywhere;background:var(--control);border-radius:6px;padding:8px 10px;font-size:11.5px;
line-height:1.4}
.code.long{max-height:9.5em;overflow:auto}
code{font-family:ui-monospace,"DejaVu Sans Mono",Consolas,monospace;user-select:all}
footer{color:var(--quiet);font-size:12px;margin-top:14px}
@media screen and (max-width:760px){.grid>*{grid-column:span 12!important}.columns{columns:1}}
@page{size:A4;margin:11mm}
@media print{
body{background:none;font-size:10px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;padding:0}
h1{font-size:17px}h2{font-size:10px;margin-bottom:4px}
section{border:1px solid var(--hairline);padding:8px 10px}
td,th{padding-top:1px;padding-bottom:1px}
.settings,.moves,.confusion,.findings,.best{font-size:9px}
.code{font-size:7.5px}.code.long{max-height:none;overflow:visible}
figcaption,.name,footer,thead th,summary{font-size:8.5px}
.confusion td,.confusion thead th{padding:0 5px;min-width:24px}.matrices{gap:8px 16px}footer{margin-top:4px}
.grid{margin-bottom:6px;gap:6px}
}
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="Hyperscope %(version)s">
<title>%(title)s</title>
<style>%(style)s</style>
</head>
<body>
<main>
<h1>%(title)s</h1>
<p class="under">%(under)s</p>
<div class="grid">
<section class="four"><h2>Now</h2>%(numbers)s<div class="best">%(best)s</div></section>
<section class="eight"><h2>What the doctor finds</h2>%(findings)s</section>
</div>
<div class="grid pictures">%(pictures)s</div>
<div class="grid">
<section class="eight"><h2>Where it is wrong</h2><div class="matrices">%(confusion)s</div></section>
<section class="four"><h2>What was moved</h2>%(moves)s</section>
<section class="all"><h2>Settings, those unlike the usual ones first</h2>
<div class="columns">%(settings)s</div></section>
<section class="all"><h2>To open it again</h2>
<p>In Hyperscope press Share, paste one of these codes and press Open; or type <code>hyperscope</code> and the code in
a terminal. The same code gives the same numbers.</p>%(share)s</section>
</div>
<footer>Hyperscope %(version)s</footer>
</main>
</body>
</html>
"""
