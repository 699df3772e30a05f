"""The template of a review's HTML page, as Jinja reads it: a module, so that no file is read."""

PAGE = """\
{%- macro look(name) -%}{% if name in dark %}class="{{ name }}" {% endif %}style="{{ s[name]|safe }}"{%- endmacro -%}
{%- macro told(text) -%}{% for it in text|pieces %}{% if loop.index0 is odd %}<code {{ look("code") }}>{{ it }}</code>{% else %}{{ it }}{% endif %}{% endfor %}{%- endmacro -%}
{% macro bar(one) %}
<table role="presentation" {{ look("bar") }}><tr>
{% if full(one) > 0 %}<td {{ look("full") }} width="{{ full(one) }}%">&nbsp;</td>{% endif %}
{% if full(one) < 100 %}<td {{ look("rest") }} width="{{ 100 - full(one) }}%">&nbsp;</td>{% endif %}
</tr></table>
{% endmacro %}
{% macro bars(part) %}
{% if part.small %}
<table role="presentation" {{ look("table") }}>
{% for one in part.bars %}
<tr><td {{ look("small") }} width="1%">{{ one.title }}</td><td width="50%">{{ bar(one) }}</td><td {{ look("small") }} align="right">{{ one.aside }}</td></tr>
{% endfor %}
</table>
{% else %}
{% for one in part.bars %}
<div {{ look("goal") }}><h3 {{ look("h3") }}>{{ one.title }}{% if one.tag %} <span {{ look(one.tone) }}>{{ one.tag }}</span>{% endif %}</h3>
{{ bar(one) }}<p {{ look("note") }}>{{ one.aside }}</p>
{% if one.note %}<p {{ look("note") }}>{{ one.note }}</p>{% endif %}
</div>
{% endfor %}
{% endif %}
{% endmacro %}
{% macro grid(part) %}
<table {{ look("table") }}><thead><tr>
{% for head in part.heads %}<th scope="col" {{ look("th") }}>{{ head }}</th>{% endfor %}
</tr></thead><tbody>
{% for cells in part.rows %}
<tr><th scope="row" {{ look("row" if cells[0]|length > moment else "when") }}>{{ cells[0] }}</th>{% for cell in cells[1:] %}<td {{ look("td" if cell|length > short else "num") }}>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% endmacro %}
{% macro lines(part) %}
{% if part.lead %}<h3 {{ look("h3") }}>{{ part.lead }}</h3>{% endif %}
<ul {{ look("ul") }}>
{% for one in part.lines %}
<li>{{ told(one.text) }}{% if one.command %}<br><code {{ look("code") }}>{{ one.command }}</code>{% endif %}</li>
{% endfor %}
</ul>
{% endmacro %}
{% macro says(part) %}<p {{ look("p") }}>{{ told(part.text) }}</p>{% endmacro %}
{% macro quote(part) %}
<h3 {{ look("h3") }}>{{ part.lead }}</h3>
<blockquote {{ look("quote") }}>{% for one in part.texts %}<p {{ look("p") }}>{{ one }}</p>{% endfor %}</blockquote>
{% endmacro %}
{% macro link(part) %}<p {{ look("p") }}><a {{ look("a") }} href="{{ part.url }}">{{ part.words }}</a></p>{% endmacro %}
{% set write = {"bars": bars, "grid": grid, "lines": lines, "says": says, "quote": quote, "link": link} %}
<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ page.title }}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
body, .body { background: #111827 !important; color: #e5e7eb !important; }
.h1, .h2, .verdict { color: #f9fafb !important; }
.h3, .plain { color: #e5e7eb !important; }
.span, .note, .th { color: #cbd5e1 !important; }
.full { background: #60a5fa !important; }
.rest { background: #374151 !important; }
.code { background: #1f2937 !important; color: #e5e7eb !important; }
.a { color: #93c5fd !important; }
.good { color: #86efac !important; }
.warn { color: #fcd34d !important; }
.bad { color: #fca5a5 !important; }
}
</style>
</head>
<body {{ look("body") }}>
<main>
<table role="presentation" {{ look("page") }}><tr><td {{ look("in") }}>
<h1 {{ look("h1") }}>{{ page.title }}</h1>
<p {{ look("span") }}>{{ page.span }}</p>
<p {{ look("verdict") }}>{{ page.verdict }}</p>
{% if page.glance %}
<p {{ look("p") }}>{{ page.glance }}</p>
{% endif %}
{% for section in page.sections %}
<h2 {{ look("h2") }}>{{ section.title }}</h2>
{% for part in section.parts %}
{{ write[part.kind](part) }}
{% endfor %}
{% endfor %}
</td></tr></table>
</main>
</body>
</html>
"""
