internal import ExpositionWire
internal import JSONWire
internal import MeshModel

/// The values that a recording keeps as JSON text.
enum RecordedJSON {
    // MARK: Series

    /// As Prometheus' HTTP API writes a series: one object, the metric's name as `__name__`.
    static func text(_ key: SeriesKey) -> String {
        var bytes = Array(#"{"__name__":"#.utf8)
        bytes.append(jsonString: key.name)
        for label in key.labels where label.name != "__name__" {
            bytes.append(UInt8(ascii: ","))
            bytes.append(jsonString: label.name)
            bytes.append(UInt8(ascii: ":"))
            bytes.append(jsonString: label.value)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    static func key(_ text: String) -> SeriesKey? {
        var text = text
        if let key = text.withUTF8({ PlainSeriesText($0).key() }) { return key }
        guard let object = parse(text)?.object, let name = object["__name__"]?.string else { return nil }
        return SeriesKey(
            name: name,
            labels: object.lazy.compactMap { name, value in
                name == "__name__" ? nil : value.string.map { Label(name: name, value: $0) }
            })
    }

    // MARK: Identities

    static func text(_ identity: WorkloadIdentity) -> String {
        var object: JSONObject = JSONObject([
            ("namespace", .string(identity.namespace)), ("workload", .string(identity.workload)),
            ("app", .string(identity.app)), ("version", .string(identity.version)),
            ("cluster", .string(identity.cluster)),
        ])
        object["principal"] = identity.principal.map { .string($0.description) }
        return JSONValue.object(object).text
    }

    static func identity(_ text: String) -> WorkloadIdentity? {
        guard let value = parse(text), let namespace = value["namespace"]?.string,
            let workload = value["workload"]?.string, let app = value["app"]?.string
        else { return nil }
        return WorkloadIdentity(
            namespace: namespace, workload: workload, app: app, version: value["version"]?.string ?? "latest",
            cluster: value["cluster"]?.string ?? "Kubernetes",
            principal: value["principal"]?.string.flatMap { SPIFFEIdentity(uri: $0) })
    }

    // MARK: Weights

    static func text(_ splits: [TrafficSplit]) -> String {
        JSONValue.array(
            splits.map { split in
                [
                    "service": name(split.service), "owner": name(split.owner),
                    "routeIndex": .integer(Int64(split.routeIndex)),
                    "resourceVersion": .string(split.resourceVersion), "shares": .array(split.shares.map(share)),
                ]
            }
        ).text
    }

    static func splits(_ text: String) -> [TrafficSplit] {
        (parse(text)?.array ?? []).compactMap { value in
            guard let service = name(value["service"]), let owner = name(value["owner"]) else { return nil }
            return TrafficSplit(
                service: service, owner: owner, routeIndex: value["routeIndex"]?.int ?? 0,
                shares: (value["shares"]?.array ?? []).compactMap(share),
                resourceVersion: value["resourceVersion"]?.string ?? "")
        }
    }

    private static func name(_ name: ServiceName) -> JSONValue {
        ["namespace": .string(name.namespace), "name": .string(name.name)]
    }

    private static func name(_ value: JSONValue?) -> ServiceName? {
        guard let namespace = value?["namespace"]?.string, let name = value?["name"]?.string else { return nil }
        return ServiceName(namespace: namespace, name: name)
    }

    private static func share(_ share: TrafficSplit.Share) -> JSONValue {
        var object = JSONObject([("subset", .string(share.subset)), ("weight", .integer(Int64(share.weight)))])
        object["version"] = share.version.map { .string($0) }
        return .object(object)
    }

    private static func share(_ value: JSONValue) -> TrafficSplit.Share? {
        guard let subset = value["subset"]?.string, let weight = value["weight"]?.int, weight >= 0 else { return nil }
        return TrafficSplit.Share(subset: subset, version: value["version"]?.string, weight: weight)
    }

    // MARK: Names

    static func text(_ names: [String]) -> String { JSONValue.array(names.map { .string($0) }).text }

    static func names(_ text: String) -> [String] { (parse(text)?.array ?? []).compactMap(\.string) }

    private static func parse(_ text: String) -> JSONValue? {
        try? JSONValue.parse(Array(text.utf8))
    }
}
