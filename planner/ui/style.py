"""The pages' own style: one calm sheet over Streamlit's theme (.streamlit/config.toml), sized so that a 1366 x 768 screen needs no scrolling."""

from __future__ import annotations

INK, QUIET, LINE, GROUND, ACCENT, WARN, BAD, GOOD = (
    "#1d2733", "#56636f", "#d9dfe5", "#f3f5f7", "#1f5f8b", "#7a4b00", "#a3301c", "#1c6b45")

SHEET = f"""
<style>
:root {{ --ink: {INK}; --quiet: {QUIET}; --line: {LINE}; --ground: {GROUND}; --accent: {ACCENT}; --warn: {WARN}; --bad: {BAD}; --good: {GOOD}; }}
[data-testid=stHeader] {{ height: 0; min-height: 0; background: none; overflow: visible; }}
[data-testid=stMainBlockContainer] {{ padding: 0 20px 14px; max-width: none; }}
[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock] {{ gap: 10px; }}
[data-testid=stVerticalBlock] {{ gap: 8px; }}
[data-testid=stWidgetLabel] p {{ font-size: 12px; color: var(--quiet); }}
[data-testid=stWidgetLabel] {{ min-height: 18px; margin-bottom: 2px; }}

.st-key-topbar {{ background: var(--ground); border-bottom: 1px solid var(--line); margin: 0 -20px; padding: 7px 20px 9px; width: 100vw !important; max-width: 100vw; }}
.st-key-topbar [data-testid=stColumn]:first-child {{ align-self: center; }}
.st-key-topbar h1 {{ font-size: 18px; line-height: 1.25; font-weight: 650; margin: 0; padding: 0; color: var(--ink); letter-spacing: .01em; }}
.st-key-topbar h1 span {{ display: block; font-size: 12px; font-weight: 400; color: var(--quiet); letter-spacing: 0; }}
.st-key-pages button, .st-key-lang button {{ white-space: nowrap; min-height: 35px; }}

.st-key-controls {{ align-items: end; }}

.st-key-headline [data-testid=stMetric] {{ padding: 0; }}
.st-key-headline {{ border: 1px solid var(--line); border-radius: 8px; padding: 8px 16px 6px; background: #fff; }}
[data-testid=stMetricLabel] p {{ font-size: 12.5px; color: var(--quiet); }}
[data-testid=stMetricValue] {{ font-size: 26px; line-height: 1.2; font-weight: 600; font-variant-numeric: tabular-nums; color: var(--ink); padding: 0; }}
.st-key-headline_share [data-testid=stMetricValue] {{ color: var(--accent); }}
.st-key-headline_beyond [data-testid=stMetricValue] {{ color: var(--bad); }}

.st-key-map_frame .pcm-root .pcm-map {{ height: max(400px, calc(100vh - 302px)) !important; border-color: var(--line); border-radius: 6px; }}
.st-key-panel {{ min-height: max(422px, calc(100vh - 280px)); }}
.st-key-panel .st-key-unit_table {{ flex: 1 1 0 !important; height: 0 !important; min-height: 104px !important; }}
.st-key-unit_table [data-testid=stDataFrameResizable], .st-key-unit_table .stDataFrameGlideDataEditor {{ min-height: 0 !important; }}
.st-key-unit_table [data-testid=stDataFrameResizable] {{ max-height: 100% !important; }}
.st-key-panel [data-testid=stVerticalBlock] {{ flex: none; }}
.unit {{ font-size: 13px; line-height: 1.45; color: var(--ink); }}
.unit header {{ display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; }}
.unit header b {{ font-size: 15px; font-weight: 650; overflow-wrap: anywhere; }}
.unit header code {{ font: inherit; font-size: 12px; color: var(--quiet); background: none; padding: 0; font-variant-numeric: tabular-nums; }}
.unit .share {{ font-size: 15px; font-weight: 650; font-variant-numeric: tabular-nums; }}
.unit dl {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: 5px 12px; margin: 7px 0 0; padding: 0; }}
.unit dl > div {{ margin: 0; padding: 0; }}
.unit dt {{ padding: 0; color: var(--quiet); font-size: 11.5px; font-weight: 400; margin: 0; }}
.unit dd {{ margin: 0; padding: 0; font-variant-numeric: tabular-nums; }}
.met {{ color: var(--good); font-weight: 600; white-space: nowrap; }}
.not-met {{ color: var(--bad); font-weight: 600; white-space: nowrap; }}
.nobody, .quiet {{ color: var(--quiet); }}
.st-key-unit_details {{ border-top: 2px solid var(--accent); background: var(--ground); border-radius: 0 0 6px 6px; padding: 8px 12px 10px; min-height: 136px; }}
.note {{ font-size: 12.5px; line-height: 1.5; color: var(--quiet); margin: 0; overflow-wrap: anywhere; }}
.note.warn {{ color: var(--warn); }}
.note.warn::before {{ content: "⚠ "; }}
[data-testid=stMainBlockContainer] h2 {{ font-size: 15px; font-weight: 650; margin: 10px 0 2px; padding: 0; color: var(--ink); }}
.prose {{ font-size: 13.5px; line-height: 1.65; margin: 4px 0; max-width: 62em; }}
.badge {{ display: inline-block; border: 1px solid currentColor; border-radius: 4px; padding: 0 6px; font-size: 11.5px; line-height: 18px; color: var(--warn); background: #fff8ea; }}
.fault {{ border-left: 4px solid var(--bad); background: #fdf4f2; padding: 14px 18px; border-radius: 4px; line-height: 1.6; max-width: 60em; overflow-wrap: anywhere; }}
.waiting {{ border-left: 4px solid var(--accent); background: var(--ground); padding: 14px 18px; border-radius: 4px; max-width: 60em; }}
.st-key-downloads button {{ padding: 2px 6px; min-height: 32px; }}
.st-key-downloads button p {{ font-size: 13px; white-space: nowrap; }}
</style>
"""
