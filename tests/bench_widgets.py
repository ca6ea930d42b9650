"""Time the playground in a real browser, beside TensorFlow.js on the same network.

`make bench-widgets` runs it. TensorFlow.js comes from npm, into a temporary folder only.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import widget_pages
from playwright.sync_api import Page

LAYERS = [2, 4, 2, 1]
EVENTS, BATCH = 500, 10
SCRIPTS = ["network", "data", "deep-network", "address", "trainer", "playground-view", "playground"]
WIDGET = '<main><div id="playground"></div></main>' + "".join(
    f'<script defer src="../widgets/{name}.js"></script>' for name in SCRIPTS
)

OURS = """([layers, events, batch, epochs]) => {
    const net = nnlecture.deep.network(layers);
    const random = nnlecture.data.source(1);
    nnlecture.deep.randomize(net, random.normal);
    const sample = nnlecture.data.sample("moons", events, 1);
    const settings = { optimiser: "plain", rate: 0.1, batch, penalty: "none", strength: 0,
        dropout: 0 };
    const trainer = nnlecture.trainer.trainer(net, sample, random, settings);
    window.train = () => { for (let i = 0; i < epochs; i++) trainer.epoch(); };
    train();
}"""

THEIRS = """async ([layers, events, batch, epochs, backend]) => {
    await tf.setBackend(backend);
    const sample = nnlecture.data.sample("moons", events, 1);
    const x = tf.tensor2d(sample.map(({ x }) => x));
    const t = tf.tensor2d(sample.map(({ t }) => [t]));
    const model = tf.sequential();
    layers.slice(1).forEach((units, l) => model.add(tf.layers.dense({ units,
        activation: l === layers.length - 2 ? "sigmoid" : "tanh",
        inputShape: l ? undefined : [layers[0]] })));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
    window.train = () => model.fit(x, t, { batchSize: batch, epochs, verbose: 0 });
    await train();
}"""

DRAW = "(pictures) => { for (let i = 0; i < pictures; i++) nnlecture.playground.draw(); }"

FRAMES = """(ms) => new Promise((done) => {
    let frames = 0;
    const begin = performance.now();
    const next = () => {
        frames++;
        if (performance.now() - begin < ms) requestAnimationFrame(next);
        else done((1000 * frames) / (performance.now() - begin));
    };
    requestAnimationFrame(next);
})"""


def tensorflow_js(folder: Path) -> bool:
    """Put TensorFlow.js into a folder, from npm; say whether that worked."""
    if not shutil.which("npm"):
        return False
    command = ["npm", "install", "--silent", "--prefix", str(folder), "@tensorflow/tfjs@4"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=600)
    script = folder / "node_modules" / "@tensorflow" / "tfjs" / "dist" / "tf.min.js"
    if done.returncode or not script.exists():
        return False
    shutil.copy(script, folder / "tf.js")
    return True


def timed(page: Page, script: str, argument: object = None) -> tuple[float, float]:
    """Run a script in a page; return the ms that its thread computed, and those that went by.

    The first number is the one to compare: nobody else's work on the machine is in it.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def computed() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "TaskDuration")

    before, begin = computed(), time.perf_counter()
    page.evaluate(script, argument)
    return 1000 * (computed() - before), 1000 * (time.perf_counter() - begin)


def heap(page: Page) -> float:
    """Return the memory that the page's scripts hold, in MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def epoch(page: Page) -> int:
    return int(page.locator(".playground-numbers b").first.inner_text())


def train(page: Page, name: str, script: str, epochs: int, *more: str) -> None:
    """Print what an epoch takes, after as many to warm up."""
    page.evaluate(script, [LAYERS, EVENTS, BATCH, epochs, *more])
    computed, passed = (ms / epochs for ms in timed(page, "train()"))
    print(f"  {name:<32}{computed:9.2f}{passed:9.2f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, widget_pages.chromium() as browser:
        folder = widget_pages.write(Path(name) / "site", "chapters/page.html", WIDGET)
        found = tensorflow_js(folder)
        with widget_pages.served(folder) as root:
            page = browser.new_page(viewport={"width": 1000, "height": 1200})
            address = f"{root}/chapters/page.html"
            page.goto(address)
            print(f"An epoch of {EVENTS} events, network {LAYERS}, batches of {BATCH}")
            print(f"  {'':<32}  ms CPU  ms clock")
            train(page, "playground", OURS, 300)
            for backend in ["cpu", "webgl"] if found else []:
                other = browser.new_page(bypass_csp=True)
                other.goto(address)
                other.add_script_tag(url=f"{root}/tf.js")
                train(other, f"TensorFlow.js, {backend}", THEIRS, 5, backend)
                other.close()
            if not found:
                print("  TensorFlow.js could not be had from npm")
            print("A picture of the network and of the errors")
            for title, query in [
                ("2-3-1", "?hidden=3"),
                ("2-4-2-1", "?hidden=4-2&data=moons"),
                ("2-8-8-8-8-1", "?hidden=8-8-8-8&data=spirals&optimiser=Adam&rate=0.01&batch=10"),
            ]:
                page.goto(address + query)
                page.get_by_role("button", name="Start").click()
                rate = page.evaluate(FRAMES, 3000)
                computed, passed = (ms / 50 for ms in timed(page, DRAW, 50))
                print(
                    f"  {title:<32}{computed:9.2f}{passed:9.2f}"
                    f"   {rate:4.0f} pictures a second while it learns"
                )
            page.goto(address)
            page.get_by_label("fast forward").check()
            page.get_by_role("button", name="Start").click()
            print("Memory of the page's scripts")
            for target in (500, 10_500):
                while epoch(page) < target:
                    page.wait_for_timeout(100)
                print(f"  after {epoch(page):6d} epochs{heap(page):19.2f} MB")


if __name__ == "__main__":
    main()
