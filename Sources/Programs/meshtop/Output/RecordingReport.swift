import Collector
import JSONWire
import MeshModel
import Quantities

/// What `meshtop replay` prints; as JSON the schema `meshtop/recording/v1`.
enum RecordingReport {
    static func text(_ contents: RecordingContents) -> String {
        let duration = contents.span.lowerBound.duration(to: contents.span.upperBound)
        let facts = [
            "source    \(contents.source)",
            "from      \(contents.span.lowerBound.rfc3339)",
            "to        \(contents.span.upperBound.rfc3339), \(Humane.fixed(duration.inSeconds, decimals: 1)) s later",
            "size      \(Humane.bytes(Double(contents.bytes)))",
            "targets   \(contents.targets.count)",
            "series    \(contents.targets.reduce(0) { $0 + $1.series })",
            "scrapes   \(contents.targets.reduce(0) { $0 + $1.scrapes })",
            "traces    \(contents.traces)",
        ]
        let ending =
            contents.isClosed ? [] : ["It was not closed: it is still being written, or was cut short by a crash."]
        return (facts + ending + ["", targets(contents), "", events(contents)]).joined(separator: "\n")
    }

    private static func targets(_ contents: RecordingContents) -> String {
        var table = TextTable([
            .init("TARGET"), .init("WORKLOAD"), .init("SERIES", .right), .init("SCRAPES", .right),
        ])
        for target in contents.targets {
            table.append([
                target.name, target.identity.map { "\($0.namespace)/\($0.workload)" } ?? "–", String(target.series),
                String(target.scrapes),
            ])
        }
        return table.text
    }

    private static func events(_ contents: RecordingContents) -> String {
        var table = TextTable([.init("AT", .right), .init("EVENT"), .init("TARGET"), .init("")])
        for event in contents.events {
            let offset = contents.span.lowerBound.duration(to: event.time).inSeconds
            table.append([
                (offset < 0 ? "" : "+") + Humane.fixed(offset, decimals: 1) + "s", event.kind, event.target ?? "",
                event.text,
            ])
        }
        return table.text
    }

    static func json(_ contents: RecordingContents) -> JSONValue {
        [
            "schema": "meshtop/recording/v1", "source": .string(contents.source),
            "from": .string(contents.span.lowerBound.rfc3339), "to": .string(contents.span.upperBound.rfc3339),
            "closed": .bool(contents.isClosed), "bytes": .integer(contents.bytes),
            "traces": .integer(Int64(contents.traces)),
            "targets": .array(
                contents.targets.map { target in
                    var object = JSONObject([
                        ("address", .string(target.name)), ("series", .integer(Int64(target.series))),
                        ("scrapes", .integer(Int64(target.scrapes))),
                    ])
                    object["namespace"] = target.identity.map { .string($0.namespace) }
                    object["workload"] = target.identity.map { .string($0.workload) }
                    return .object(object)
                }),
            "events": .array(
                contents.events.map { event in
                    var object = JSONObject([
                        ("time", .string(event.time.rfc3339)), ("kind", .string(event.kind)),
                    ])
                    object["target"] = event.target.map { .string($0) }
                    object["text"] = event.text.isEmpty ? nil : .string(event.text)
                    return .object(object)
                }),
        ]
    }
}
