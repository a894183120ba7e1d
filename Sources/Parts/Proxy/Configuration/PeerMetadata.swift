import ByteCursor
import ProtobufWire

/// The headers by which two sidecars tell each other who they stand beside: `x-envoy-peer-metadata-id` (the node id)
/// and `x-envoy-peer-metadata` (base 64 of a protobuf `Struct`). They travel over mutual TLS only, and the application
/// never sees them.
enum PeerMetadata {
    static let idHeader = "x-envoy-peer-metadata-id"
    static let header = "x-envoy-peer-metadata"

    /// No workload needs more; a longer value is not read.
    static let lengthLimit = 8_192
    private static let depthLimit = 4

    /// The header's value for the workload of `labels`.
    static func encode(_ labels: WorkloadLabels) -> [UInt8] {
        Array(Base64.encode(structure(labels)).utf8)
    }

    /// What a proxy says of itself over a connection: a structure of both headers by name, the one of the workload as a
    /// structure itself.
    static func exchanged(_ labels: WorkloadLabels, nodeID: [UInt8]) -> [UInt8] {
        var root = ProtobufWriter()
        root.message(field: 1) { entry in
            entry.string(field: 1, header)
            entry.message(field: 2) { value in value.bytes(field: 5, structure(labels)) }
        }
        root.message(field: 1) { entry in
            entry.string(field: 1, idHeader)
            entry.message(field: 2) { $0.string(field: 3, String(decoding: nodeID, as: UTF8.self)) }
        }
        return root.bytes
    }

    /// The workload that a proxy on the other end of a connection names.
    static func decode(exchanged bytes: ArraySlice<UInt8>) -> WorkloadLabels? {
        guard bytes.count <= lengthLimit, let fields = try? fields(of: bytes, depth: 0) else { return nil }
        return fields[header]?.fields.map(labels)
    }

    private static func structure(_ labels: WorkloadLabels) -> [UInt8] {
        var root = ProtobufWriter()
        func text(_ key: String, _ value: String, to message: inout ProtobufWriter) {
            message.message(field: 1) { entry in
                entry.string(field: 1, key)
                entry.message(field: 2) { $0.string(field: 3, value) }
            }
        }
        text("CLUSTER_ID", labels.cluster, to: &root)
        root.message(field: 1) { entry in
            entry.string(field: 1, "LABELS")
            entry.message(field: 2) { value in
                value.message(field: 5) { fields in
                    text("app", labels.app, to: &fields)
                    text("service.istio.io/canonical-name", labels.app, to: &fields)
                    text("service.istio.io/canonical-revision", labels.version, to: &fields)
                    text("version", labels.version, to: &fields)
                }
            }
        }
        text("NAME", labels.workload, to: &root)
        text("NAMESPACE", labels.namespace, to: &root)
        text("WORKLOAD_NAME", labels.workload, to: &root)
        return root.bytes
    }

    /// The workload that a header's value names; nothing when it is no base 64 of such a structure. Labels that are
    /// missing stay unknown, as does the principal, which only a certificate can tell.
    static func decode(_ value: some Collection<UInt8>) -> WorkloadLabels? {
        guard value.count <= lengthLimit, let bytes = Base64.decode(value) else { return nil }
        return (try? fields(of: bytes[...], depth: 0)).map(labels)
    }

    private static func labels(of fields: [String: Value]) -> WorkloadLabels {
        var labels = WorkloadLabels()
        let own = fields["LABELS"]?.fields ?? [:]
        func text(_ value: Value?) -> String? { value?.text.flatMap { $0.isEmpty ? nil : $0 } }
        labels.workload = text(fields["WORKLOAD_NAME"]) ?? text(fields["NAME"]) ?? labels.workload
        labels.namespace = text(fields["NAMESPACE"]) ?? labels.namespace
        labels.cluster = text(fields["CLUSTER_ID"]) ?? labels.cluster
        labels.app = text(own["service.istio.io/canonical-name"]) ?? text(own["app"]) ?? labels.workload
        labels.version = text(own["service.istio.io/canonical-revision"]) ?? text(own["version"]) ?? "latest"
        return labels
    }

    private struct Value {
        var text: String?
        var fields: [String: Value]?
    }

    /// `google.protobuf.Struct`: a map of names to values, of which strings and structures are of interest.
    private static func fields(of bytes: ArraySlice<UInt8>, depth: Int) throws(ProtobufError) -> [String: Value] {
        var result: [String: Value] = [:]
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            guard field.number == 1, case .bytes(let entryBytes) = field.value else { continue }
            var entry = ProtobufReader(entryBytes)
            var key = ""
            var value = Value()
            while let part = try entry.next() {
                guard case .bytes(let content) = part.value else { continue }
                switch part.number {
                case 1: key = String(decoding: content, as: UTF8.self)
                case 2: value = try Self.value(of: content, depth: depth)
                default: break
                }
            }
            result[key] = value
        }
        return result
    }

    private static func value(of bytes: ArraySlice<UInt8>, depth: Int) throws(ProtobufError) -> Value {
        var value = Value()
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            guard case .bytes(let content) = field.value else { continue }
            if field.number == 3 { value.text = String(decoding: content, as: UTF8.self) }
            if field.number == 5, depth < depthLimit { value.fields = try fields(of: content, depth: depth + 1) }
        }
        return value
    }
}
