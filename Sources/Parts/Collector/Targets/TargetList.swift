internal import JSONWire
internal import YAMLWire

/// A list of targets in the form of Prometheus' file and HTTP service discovery:
/// `[{"targets": ["127.0.1.7:15090"], "labels": {"namespace": "payments", …}}]`, in JSON or YAML.
///
/// <https://prometheus.io/docs/prometheus/latest/http_sd/>,
/// <https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config>
enum TargetList {
    enum Syntax: Hashable, Sendable {
        case json, yaml

        /// By the end of the file's name: YAML unless it is `.json`.
        init(file: String) {
            self = file.lowercased().hasSuffix(".json") ? .json : .yaml
        }
    }

    /// Why a list cannot be read: `FILE:LINE:COLUMN: what is wrong, and what would be right`.
    struct Failure: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - name: of the file or the address, for errors.
    ///   - usualPaths: where metrics are when the labels do not say.
    static func parse(
        _ bytes: [UInt8], name: String, syntax: Syntax = .json, usualPaths: [String] = TargetEntry.prometheusPaths
    ) throws(Failure) -> [TargetEntry] {
        let (value, document) = try read(bytes, name: name, syntax: syntax)
        do throws(SchemaError) {
            return try entries(SchemaReader(value), usualPaths: usualPaths)
        } catch {
            // JSON is read without places; every JSON text is YAML, too, and an error may take its time.
            let places = document ?? (try? YAMLParser.parse(bytes, file: name))?.first
            let place = places.map { "\(name):\($0.position(of: error.pointer))" } ?? name
            throw Failure(description: "\(place): \(error)")
        }
    }

    private static func read(
        _ bytes: [UInt8], name: String, syntax: Syntax
    ) throws(Failure) -> (JSONValue, YAMLDocument?) {
        do {
            guard syntax == .yaml else { return (try JSONValue.parse(bytes), nil) }
            let documents = try YAMLParser.parse(bytes, file: name)
            if documents.count == 1, let document = documents.first { return (document.value, document) }
            // An editor that is just writing leaves an empty file for a moment: that is not a list of nothing.
            let found = documents.isEmpty ? "the file is empty; write [] for no targets" : "expected one document only"
            throw Failure(description: "\(name):1:1: \(found)")
        } catch let error as JSONError {
            throw Failure(description: "\(name):\(error)")
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    // MARK: Groups

    private static func entries(_ reader: SchemaReader, usualPaths: [String]) throws(SchemaError) -> [TargetEntry] {
        var entries: [TargetEntry] = []
        for group in try reader.items() {
            let fields = try group.fields(["targets", "labels"])
            let labels = try labels(fields["labels"])
            var shared = try asking(labels, at: fields["labels"] ?? group)
            shared.labels = TargetLabels(labels.mapValues(\.text))
            shared.usualPaths = usualPaths
            for target in try fields.required("targets").items() {
                var entry = shared
                // The label stands for the whole group, as a relabelling would have left it.
                let named: Label = (text: try target.string(), reader: target)
                let address = labels["__address__"] ?? named
                let port = (shared.url.scheme ?? .http).standardPort
                guard let host = TargetHost(address.text, standardPort: port) else {
                    throw address.reader.error(
                        "\"\(address.text.prefix(80))\" is not an address; write one like 127.0.1.7:15090 or "
                            + "cart.example:15090")
                }
                entry.url.host = host
                entries.append(entry)
            }
        }
        return entries
    }

    private typealias Label = (text: String, reader: SchemaReader)

    private static func labels(_ reader: SchemaReader?) throws(SchemaError) -> [String: Label] {
        var labels: [String: Label] = [:]
        for (name, value) in try reader?.entries() ?? [] {
            switch value.value {
            case .string(let text): labels[name] = (text, value)
            case .integer(let number): labels[name] = (String(number), value)
            case .bool(let flag): labels[name] = (flag ? "true" : "false", value)
            // 1.10 has become 1.1 already.
            case .number: throw value.error("a label is a text; put the number in quotes")
            case .null, .array, .object:
                throw value.error("a label is a text, found \(value.value.kindInWords)")
            }
        }
        return labels
    }

    /// What the labels in double underscores say; the host is still to be filled in.
    private static func asking(_ labels: [String: Label], at reader: SchemaReader) throws(SchemaError) -> TargetEntry {
        var entry = TargetEntry(url: TargetURL(host: .name("", port: 0)))
        if let scheme = labels["__scheme__"] {
            guard let known = TargetScheme(rawValue: scheme.text) else {
                throw scheme.reader.error("the scheme \"\(scheme.text.prefix(80))\" is not known; write http or https")
            }
            entry.url.scheme = known
        }
        if let path = labels["__metrics_path__"] {
            guard TargetURL.isPath(path.text) else {
                throw path.reader.error("a path begins with / and has no blanks; write one like /stats/prometheus")
            }
            entry.url.path = path.text
        }
        let parameters = labels.filter { $0.key.hasPrefix("__param_") }.sorted { $0.key < $1.key }
        if !parameters.isEmpty {
            let query = parameters.map { "\(encoded($0.key.dropFirst(8)))=\(encoded($0.value.text))" }
            let path = entry.url.path ?? TargetEntry.prometheusPaths[0]
            entry.url.path = path + (path.contains("?") ? "&" : "?") + query.joined(separator: "&")
        }
        if let interval = labels["__scrape_interval__"] { entry.interval = try duration(interval.reader) }
        if let timeout = labels["__scrape_timeout__"] { entry.timeout = try duration(timeout.reader) }
        return entry
    }

    private static func duration(_ reader: SchemaReader) throws(SchemaError) -> Duration {
        let duration = try reader.duration()
        guard duration >= .milliseconds(100), duration <= .seconds(86_400) else {
            throw reader.error("must be between 100ms and 24h")
        }
        return duration
    }

    private static func encoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
