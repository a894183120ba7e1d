import Foundation
import Testing

extension EndToEnd {
    /// That no span of our own proxies is lost or stands alone, under a load that is five times the shop's own.
    @Suite(
        "Whole traces",
        .enabled(if: Peer.isUsable("hey") && Peer.hasSenders, "no hey, or no Python in MESHTOP_PEERS"))
    struct WholeTracesTests {
        /// Reads all traces whose requests had this query, a quarter of a second's at a time, and prints how many there
        /// are, how many of their spans lack their parent, and how many traces have not one root.
        private static let reader = """
            import json, sys, urllib.request

            mark, begin, end = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
            whole, orphans, forests = set(), 0, 0
            for start in range(begin, end, 250_000):
                search = "http://127.0.0.1:4318/api/traces?service=ingress-gateway.shop&limit=1500"
                search += f"&start={start}&end={start + 249_999}"
                for trace in json.load(urllib.request.urlopen(search, timeout=20))["data"]:
                    spans = {span["spanID"]: span for span in trace["spans"]}
                    urls = [tag["value"] for span in spans.values() for tag in span["tags"] if tag["key"] == "http.url"]
                    if not any(url.endswith(mark) for url in urls):
                        continue
                    parents = [span["references"][0]["spanID"] for span in spans.values() if span["references"]]
                    whole.add(trace["traceID"])
                    orphans += sum(parent not in spans for parent in parents)
                    forests += len(spans) - len(parents) != 1
            print(len(whole), orphans, forests)
            """

        @Test func `ten thousand requests are ten thousand trees, and no span is an orphan`() throws {
            _ = try RunningMesh.running()
            let mark = "whole=\(UInt32.random(in: 0 ... .max))"
            let begin = Int(Date().timeIntervalSince1970 - 1) * 1_000_000

            // The shares of the shop's own visitors, five hundred a second.
            for (path, requests) in [("/", 3_500), ("/product/7", 4_000), ("/checkout", 2_500)] {
                let load = try run(
                    "hey",
                    [
                        "-n", "\(requests)", "-c", "50", "-q", "10", "-host", "shop.example",
                        "http://127.0.1.1:8080\(path)?\(mark)",
                    ])
                try #require(load.status == 0, "\(load.errors)")
            }

            let end = Int(Date().timeIntervalSince1970 + 1) * 1_000_000
            var found = ""
            // Proxies send what they have about once a second.
            try? eventually("all spans", within: 30) {
                let reading = try run(
                    "\(RunningMesh.peers)/python", ["-c", Self.reader, mark, "\(begin)", "\(end)"])
                found = reading.output + reading.errors
                return found == "10000 0 0\n"
            }
            #expect(found == "10000 0 0\n", "traces, orphans, traces with another number of roots than one")
        }
    }
}
