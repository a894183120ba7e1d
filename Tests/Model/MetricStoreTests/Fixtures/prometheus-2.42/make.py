"""Makes samples.om and expected.txt: what a real Prometheus answers about counters and histograms.

    python3 make.py        # needs prometheus and promtool on the path
"""
import json, os, random, shutil, signal, subprocess, sys, time, urllib.parse, urllib.request

random.seed(20261123)
START = 1_700_000_000
SECONDS = 400
BOUNDS = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000]

counters = {
    "steady": lambda t, v: v + 7,
    "bursty": lambda t, v: v + (random.randrange(40) if t % 9 < 4 else 0),
    "restarted": lambda t, v: random.randrange(5) if t in (120, 121, 300) else v + random.randrange(12),
    "idle": lambda t, v: v,
}
mixtures = {
    "quick": lambda: random.expovariate(1 / 4.0),
    "slow": lambda: random.gauss(180, 60),
    "beyond": lambda: random.choice([3.0, 40.0, 5000.0]),
}
lines, totals = [], {name: float(random.randrange(1000)) for name in counters}
buckets = {name: [0] * (len(BOUNDS) + 1) for name in mixtures}
rows = {}
for second in range(SECONDS + 1):
    stamp = START + second
    for name, step in counters.items():
        totals[name] = step(second, totals[name])
        rows.setdefault(("counter", name, ""), []).append((stamp, totals[name]))
    for name, draw in mixtures.items():
        for _ in range(random.randrange(30)):
            value = draw()
            for index, bound in enumerate(BOUNDS):
                if value <= bound:
                    buckets[name][index] += 1
            buckets[name][-1] += 1
        for index, bound in enumerate(BOUNDS + ["+Inf"]):
            rows.setdefault(("bucket", name, str(bound)), []).append((stamp, buckets[name][index]))

with open("samples.om", "w") as out:
    out.write("# TYPE work counter\n")
    for (kind, name, _), samples in rows.items():
        if kind == "counter":
            for stamp, value in samples:
                out.write(f'work_total{{job="{name}"}} {value:g} {stamp}\n')
    out.write("# TYPE took histogram\n")
    for (kind, name, bound), samples in rows.items():
        if kind == "bucket":
            for stamp, value in samples:
                out.write(f'took_bucket{{job="{name}",le="{bound}"}} {value} {stamp}\n')
    out.write("# EOF\n")

shutil.rmtree("data", ignore_errors=True)
subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "samples.om", "data"], check=True,
               stdout=subprocess.DEVNULL)
open("empty.yml", "w").close()
server = subprocess.Popen(
    ["prometheus", "--config.file=empty.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=100y",
     "--web.listen-address=127.0.0.1:39190"], stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            urllib.request.urlopen("http://127.0.0.1:39190/-/ready")
            break
        except OSError:
            time.sleep(0.1)

    def ask(expression, at):
        query = urllib.parse.urlencode({"query": expression, "time": at})
        answer = json.load(urllib.request.urlopen(f"http://127.0.0.1:39190/api/v1/query?{query}"))
        result = answer["data"]["result"]
        return result[0]["value"][1] if result else "none"

    with open("expected.txt", "w") as out:
        for at in (60, 119, 123, 130, 200, 299, 301, 345, 400):
            for window in (10, 30, 60):
                if window > at:
                    continue
                for name in counters:
                    out.write(f"{at} {window} rate {name} "
                              + ask(f'rate(work_total{{job="{name}"}}[{window}s])', START + at) + "\n")
                for name in mixtures:
                    for q in (0.5, 0.95, 0.99):
                        out.write(f"{at} {window} {q} {name} " + ask(
                            f'histogram_quantile({q}, sum by (le) (rate(took_bucket{{job="{name}"}}[{window}s])))',
                            START + at) + "\n")
        for q in (0.5, 0.95, 0.99):
            out.write(f"400 60 {q} all " + ask(
                f"histogram_quantile({q}, sum by (le) (rate(took_bucket[60s])))", START + 400) + "\n")
finally:
    server.send_signal(signal.SIGTERM)
    server.wait()
    for name in ("data", "empty.yml"):
        shutil.rmtree(name, ignore_errors=True) if os.path.isdir(name) else os.remove(name)

# The sample file that the test reads: one line per second, one column per series.
with open("samples.csv", "w") as out:
    keys = list(rows)
    out.write("second," + ",".join("/".join(k) for k in keys) + "\n")
    for second in range(SECONDS + 1):
        out.write(f"{second}," + ",".join(f"{rows[k][second][1]:g}" for k in keys) + "\n")
os.remove("samples.om")
