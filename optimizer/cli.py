"""The command line ``reserve``: reads what was asked, calls what does it, tells the result.

Everything that a command needs is loaded inside it, so that ``reserve --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from network.words import Language, Phrase, say
from optimizer.cli_scenarios import DRAWS, SEED, drawn_files, planned_region, write_drawn
from optimizer.cli_session import DONE, PROBLEM, WARNINGS_SHOWN, WRONG_USAGE, Session, problem_values, speak_utf8
from optimizer.cli_usage import LANGUAGE_VARIABLE, amount, language_of, print_help, usage_message

DEMO_REGION = Path(__file__).parents[1] / "datasets" / "yubei"
DEMO_PLAN = Path("reserve-demo")
TIME_LIMIT_S = 600.0
SITING_LIMIT_S = 300.0
STUDY_LIMIT_S = 120.0
DISPATCH_LIMIT_S = 10.0

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Risk = Literal["expected", "cvar", "worst"]
Rain = Literal["dry", "rain", "heavy_rain"]
Vehicle = Literal["car", "light_truck", "heavy_truck", "fire_engine", "bus"]
SitingModel = Literal[
    "p-median",
    "p-center",
    "maximal-covering",
    "set-covering",
    "capacitated",
    "backup-covering",
    "expected-covering",
    "nested-levels",
]
LanguageOption = Annotated[Language, typer.Option("--lang", metavar="zh|en", envvar=LANGUAGE_VARIABLE)]
JsonOption = Annotated[bool, typer.Option("--json")]
DebugOption = Annotated[bool, typer.Option("--debug")]
RegionArgument = Annotated[Path, typer.Argument(metavar="REGION")]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN")]
WithPlanOption = Annotated[Path | None, typer.Option("--plan", metavar="PLAN")]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR")]
SeedOption = Annotated[int, typer.Option("--seed", metavar="S", min=0)]
DrawSeedOption = Annotated[int | None, typer.Option("--seed", metavar="S", min=0)]


@app.callback()
def reserve() -> None:
    """Hold the commands."""


@app.command()
def demo(
    out: OutOption = DEMO_PLAN,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Plan the bundled region, start to finish."""
    with Session(lang, as_json, debug) as session:
        _plan(session, DEMO_REGION, out)


@app.command()
def init(
    source: Annotated[str, typer.Argument(metavar="SOURCE")],
    out: OutOption,
    within: Annotated[str | None, typer.Option("--within", metavar="AREA")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Make a starter region from OpenStreetMap."""
    with Session(lang, as_json, debug) as session:
        session.progress(Phrase("optimizer.cli.reading", path=source), None)
        from network.shapes import parse_area
        from optimizer.starter.start import start_region

        area = None if within is None else parse_area(within)
        report = start_region(source, out, area, progress=session.progress, language=lang, overwrite=overwrite)
        lines = [*report.lines(lang), say("optimizer.cli.next_validate", lang, region=out)]
        figures = {"counts": report.counts, "roads": report.roads, "snapping": report.snapping}
        session.tell(lines, {"region": str(out), **figures, "report": lines[:-1]})


@app.command()
def validate(
    region: RegionArgument,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """List every problem of a region's tables at once."""
    with Session(lang, as_json, debug) as session:
        from optimizer.region.reading import read_region

        session.progress(Phrase("optimizer.cli.reading", path=region), None)
        read = read_region(region)
        session.warn(read.warnings)
        counts = {
            "sites": len(read.sites),
            "scenarios": len(read.scenarios),
            "rules": len(read.rules),
            "links": read.roads.link_count,
            "warnings": len(read.warnings),
        }
        line = say("optimizer.cli.sound", lang, name=read.settings.name.say(lang), **counts)
        warnings = [problem_values(problem, lang) for problem in read.warnings]
        session.tell([line], {"region": str(region), "counts": counts, "warnings": warnings})


@app.command()
def plan(
    region: RegionArgument,
    out: OutOption,
    budget: Annotated[float | None, typer.Option("--budget", metavar="CNY", parser=amount)] = None,
    scenarios: Annotated[str | None, typer.Option("--scenarios", metavar="ID,ID|FILE.yaml|N")] = None,
    draw_seed: DrawSeedOption = None,
    risk: Annotated[
        Literal["expected", "cvar", "worst"], typer.Option("--risk", metavar="expected|cvar|worst")
    ] = "expected",
    gap: Annotated[float, typer.Option("--gap", metavar="0…1", min=0, max=1)] = 0.01,
    time_limit: Annotated[float, typer.Option("--time-limit", metavar="S", min=1)] = TIME_LIMIT_S,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Make the annual reserve plan of a region."""
    with Session(lang, as_json, debug) as session:
        options: dict[str, Any] = {"budget_cny": budget, "risk": risk, "gap": gap, "time_limit_s": time_limit}
        _plan(session, region, out, scenarios=scenarios, seed=draw_seed, **options)


@app.command()
def site(
    region: RegionArgument,
    out: OutOption,
    model: Annotated[SitingModel, typer.Option("--model", metavar="MODEL")] = "p-median",
    kinds: Annotated[Literal["depots", "stations"], typer.Option("--sites", metavar="depots|stations")] = "depots",
    most: Annotated[int | None, typer.Option("--number", metavar="N", min=0)] = None,
    money: Annotated[float | None, typer.Option("--budget", metavar="CNY", parser=amount)] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", metavar="MIN", min=0, max=10_000)] = None,
    over: Annotated[Literal["base", "scenarios"], typer.Option("--over", metavar="base|scenarios")] = "base",
    scenarios: Annotated[str | None, typer.Option("--scenarios", metavar="ID,ID|FILE.yaml|N")] = None,
    draw_seed: DrawSeedOption = None,
    measure: Annotated[
        Literal["expected", "worst", "regret", "cvar"],
        typer.Option("--measure", metavar="expected|worst|regret|cvar"),
    ] = "expected",
    keep: Annotated[
        Literal["existing", "closable", "none"], typer.Option("--keep", metavar="existing|closable|none")
    ] = "existing",
    post: Annotated[str | None, typer.Option("--post", metavar="KIND")] = None,
    town_depots: Annotated[bool, typer.Option("--town-depots")] = False,
    gap: Annotated[float, typer.Option("--gap", metavar="0…1", min=0, max=1)] = 0.0,
    time_limit: Annotated[float, typer.Option("--time-limit", metavar="S", min=1)] = SITING_LIMIT_S,
    study_limit: Annotated[float, typer.Option("--study-limit", metavar="S", min=0)] = STUDY_LIMIT_S,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Choose sites of depots or rescue stations."""
    with Session(lang, as_json, debug) as session:
        from optimizer.cli_siting import run_site

        limits = {"gap": gap, "time_limit_s": time_limit, "study_limit_s": study_limit}
        asked = {"sites": kinds, "number": most, "budget_cny": money, "minutes": minutes, "over": over}
        held = {"measure": measure, "keep": keep, "post": post, "town_depots": town_depots}
        run_site(session, region, out, scenarios, draw_seed, {"model": model, **asked, **held, **limits})


@app.command()
def events(
    region: RegionArgument,
    target: Annotated[Path, typer.Option("--out", metavar="DIR|FILE.yaml")],
    number: Annotated[int, typer.Option("--number", metavar="N", min=1)] = DRAWS,
    seed: SeedOption = SEED,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Draw scenarios at random from the events that can strike a region."""
    with Session(lang, as_json, debug) as session:
        session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
        from optimizer.events.draw import draw_scenarios
        from optimizer.progress import part
        from optimizer.region.reading import read_region

        drawn_files(target)
        read = read_region(region)
        session.warn(read.warnings, WARNINGS_SHOWN)
        drawn = draw_scenarios(read, number, seed, lang, progress=part(session.progress, 0.1, 0.6))
        figures = write_drawn(session, read, drawn, target)
        session.tell([say("optimizer.cli.drawn", lang, **figures)], figures)


@app.command()
def whatif(
    region: RegionArgument,
    closures: Annotated[Path, typer.Option("--closures", metavar="FILE")],
    out: OutOption,
    with_plan: WithPlanOption = None,
    at: Annotated[float | None, typer.Option("--at", metavar="H", min=0)] = None,
    vehicle: Annotated[Vehicle, typer.Option("--vehicle", metavar="CLASS")] = "light_truck",
    night: Annotated[bool, typer.Option("--night")] = False,
    rain: Annotated[Rain, typer.Option("--rain", metavar="dry|rain|heavy_rain")] = "dry",
    speed: Annotated[float, typer.Option("--speed", metavar="0.1…2", min=0.1, max=2)] = 1.0,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Close roads and compare before and after."""
    with Session(lang, as_json, debug) as session:
        from optimizer.cli_analysis import run_what_if

        weather = {"night": night, "rain": rain, "speed_factor": speed}
        run_what_if(session, region, closures, out, with_plan, at_h=at, vehicle=vehicle, weather=weather)


@app.command()
def isolation(
    region: RegionArgument,
    out: OutOption,
    with_plan: WithPlanOption = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Tell who is isolated in each scenario, by what, until when, and how they live on."""
    with Session(lang, as_json, debug) as session:
        from optimizer.cli_analysis import tell_isolation

        tell_isolation(session, region, out, with_plan)


@app.command()
def ensemble(
    region: RegionArgument,
    out: OutOption,
    draws: Annotated[int, typer.Option("--number", metavar="N", min=1)] = 1000,
    seed: SeedOption = SEED,
    failures: Annotated[str | None, typer.Option("--failures", metavar="KIND=P,KIND=P")] = None,
    with_plan: WithPlanOption = None,
    vehicle: Annotated[Vehicle, typer.Option("--vehicle", metavar="CLASS")] = "light_truck",
    share: Annotated[float, typer.Option("--share", metavar="0.01…1", min=0.01, max=1)] = 0.9,
    dask: Annotated[str | None, typer.Option("--dask", metavar="tcp://HOST:PORT")] = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Count who is reached, and how soon, over very many random events."""
    with Session(lang, as_json, debug) as session:
        from optimizer.cli_ensemble import run_ensemble

        options: dict[str, Any] = {"draws": draws, "seed": seed, "failures": failures, "cluster": dask}
        run_ensemble(session, region, out, with_plan, vehicle=vehicle, share=share, **options)


@app.command()
def verify(
    plan: PlanArgument,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Recompute every claim of a plan without the model."""
    with Session(lang, as_json, debug) as session:
        from optimizer.verify.verify import verify as verify_plan

        done = verify_plan(plan, session.progress)
        failures = [phrase.say(lang) for phrase in done.failures]
        key = "optimizer.cli.verified" if done.passed else "optimizer.cli.verified_false"
        lines = [*failures, say(key, lang, claims=done.claims, failures=len(failures))]
        checks = [{"name": one.name, "claims": one.claims, "passed": one.passed} for one in done.checks]
        result = {"plan": str(plan), "claims": done.claims, "checks": checks, "failures": failures}
        session.tell(lines, result, sound=done.passed)


@app.command()
def critical(
    region: RegionArgument,
    out: OutOption,
    with_plan: WithPlanOption = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1)] = 20,
    event: Annotated[str | None, typer.Option("--scenario", metavar="ID")] = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Rank bridges, tunnels and roads by the damage that their loss does."""
    with Session(lang, as_json, debug) as session:
        from optimizer.cli_analysis import rank_critical

        rank_critical(session, region, out, with_plan, top=top, scenario_id=event)


@app.command()
def template(
    path: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Write the empty workbook."""
    with Session(lang, as_json, debug) as session:
        from optimizer.region.template import write_template

        write_template(path, lang)
        session.tell([say("optimizer.cli.template_written", lang, path=path)], {"template": str(path)})


@app.command()
def incident(
    region: RegionArgument,
    blank: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx|FILE.yaml")],
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Write an empty incident of a region."""
    with Session(lang, as_json, debug) as session:
        from optimizer.cli_dispatch import run_incident_template

        run_incident_template(session, region, blank)


@app.command()
def dispatch(
    region: RegionArgument,
    incident: Annotated[Path, typer.Argument(metavar="INCIDENT")],
    out: OutOption,
    renewed: Annotated[Path | None, typer.Option("--resume", metavar="DIR")] = None,
    at: Annotated[float, typer.Option("--at", metavar="MIN", min=0, max=100_000)] = 0.0,
    limit: Annotated[float, typer.Option("--time-limit", metavar="S", min=0.5, max=3600)] = DISPATCH_LIMIT_S,
    search_seed: Annotated[int, typer.Option("--seed", metavar="S", min=0)] = 0,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Give orders after a disaster: who goes where with what, by which road."""
    with Session(lang, as_json, debug) as session:
        from optimizer.cli_dispatch import run_dispatch

        run_dispatch(
            session, region, incident, out, renewed, {"at_min": at, "time_limit_s": limit, "seed": search_seed}
        )


@app.command()
def bundle(
    out: OutOption,
    platform: Annotated[str | None, typer.Option("--platform", metavar="TAG")] = None,
    python_version: Annotated[str | None, typer.Option("--python-version", metavar="3.N")] = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Make a folder for a PC without internet."""
    with Session(lang, as_json, debug) as session:
        from optimizer.bundle import make_bundle

        made = make_bundle(out, platform=platform, python_version=python_version, progress=session.progress)
        values: dict[str, object] = {
            "folder": str(made.folder),
            "wheels": len(made.wheels),
            "megabytes": round(made.size_bytes / 1e6),
            "platform": made.platform,
            "python_version": made.python_version,
        }
        session.tell([say("optimizer.cli.bundled", lang, **values)], values)


@app.command(name="app")
def show(
    plan: Annotated[Path | None, typer.Argument(metavar="PLAN")] = None,
    port: Annotated[int, typer.Option("--port", metavar="1…65535", min=1, max=65535)] = 8501,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Show a plan in the browser."""
    with Session(lang, as_json, debug) as session:
        from dashboards.launch import launch

        folder = DEMO_PLAN if plan is None and DEMO_PLAN.is_dir() else plan
        lines = [say("optimizer.cli.showing", lang, port=port)]
        session.tell(lines, {"plan": None if folder is None else str(folder), "port": port})
        if launch(folder, port) > 0:
            raise typer.Exit(PROBLEM)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands after ``reserve``; by default what the program was started with.

    Returns
    -------
    int
        0 done, 1 a problem in the data or the plan, 2 wrong usage, 130 interrupted.
    """
    speak_utf8()
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(given, os.environ)
    group: Any = typer.main.get_command(app)
    if not given or "--help" in given:
        print_help(group, given, language)
        return DONE
    try:
        return group.main(given, prog_name="reserve", standalone_mode=False) or DONE
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        print(usage_message(error, group, language, given), file=sys.stderr)
        return WRONG_USAGE


def _plan(
    session: Session,
    region: Path,
    out: Path,
    *,
    budget_cny: float | None = None,
    risk: Risk = "expected",
    gap: float = 0.01,
    time_limit_s: float = TIME_LIMIT_S,
    scenarios: str | None = None,
    seed: int | None = None,
) -> None:
    """Read a region, plan it, write the plan folder and tell the headline."""
    session.progress(Phrase("optimizer.cli.reading", path=region), 0.0)
    from optimizer.output_folder import check_out
    from optimizer.plan.annual import make_plan
    from optimizer.plan.folder import write_plan
    from optimizer.plan.manifest import PLAN_FOLDER
    from optimizer.progress import part
    from optimizer.report.summary import headline

    language = session.language
    check_out(out, PLAN_FOLDER)
    with planned_region(session, region, scenarios, seed) as (read, ids):
        session.warn(read.warnings, WARNINGS_SHOWN)
        made = make_plan(
            read,
            budget_cny=budget_cny,
            risk=risk,
            gap=gap,
            time_limit_s=time_limit_s,
            scenario_ids=ids,
            progress=part(session.progress, 0.1, 0.8),
        )
        write_plan(made, out, language, progress=part(session.progress, 0.8, 1.0))
    lines = headline(made, language, out)
    files = sorted(path.name for path in out.iterdir())
    result = {"plan": str(out), "headline": lines, "files": files, "proven": made.proven, "seconds": made.seconds}
    session.tell(lines, result)
