import JSONWire
import MeshConfig
import MeshModel
import Quantities

/// Turns a body that somebody sent into the body that is stored: checks what the API itself asks of an object, and
/// sets the metadata that belongs to the server.
struct ObjectAdmission {
    let resource: ResourceKind
    /// The version in the request's path.
    let version: String
    let namespace: String
    /// The name in the request's path; nothing when an object is created.
    let name: String?
    let manager: String
    let now: WallTime

    /// The key and the body to store in place of `old`.
    func admit(_ body: JSONValue, replacing old: StoredObject?) throws(APIFailure) -> (ObjectKey, JSONValue) {
        guard case .object(var object) = body else {
            throw APIFailure(.badRequest, "the body must be an object, found \(body.kindInWords)")
        }
        try expect(object["apiVersion"], "apiVersion", resource.apiVersion(version))
        try expect(object["kind"], "kind", resource.rawValue)
        guard case .object(var metadata)? = object["metadata"] else {
            throw APIFailure(.badRequest, "metadata is missing; it must be an object with a name")
        }
        let key = ObjectKey(kind: resource, namespace: namespace, name: try name(metadata))
        try checkNamespace(metadata)
        try checkMaps(metadata, key: key)
        if let old, let version = metadata["resourceVersion"]?.string, !version.isEmpty {
            guard version == old.revision.description else { throw .conflict(key, found: old.revision) }
        }
        let before = old?.body["metadata"]
        if let uid = metadata["uid"]?.string, let mine = before?["uid"]?.string, uid != mine {
            throw .conflict(key, found: old?.revision ?? Revision(0))
        }

        for name in ["selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"] {
            metadata[name] = nil
        }
        metadata["name"] = .string(key.name)
        metadata["namespace"] = .string(key.namespace)
        metadata["uid"] = before?["uid"] ?? .string(Self.uid())
        metadata["creationTimestamp"] = before?["creationTimestamp"] ?? .string(time)
        metadata["resourceVersion"] = before?["resourceVersion"]
        let entries = before?["managedFields"]?.array ?? []
        metadata["managedFields"] = before?["managedFields"]
        metadata["generation"] = before?["generation"]
        object["apiVersion"] = .string(resource.preferredAPIVersion)
        object["metadata"] = .object(metadata)
        // What changes nothing keeps every byte, so that the store sees that there is nothing to do.
        if let old, old.body == .object(object) { return (key, old.body) }

        let generation = before?["generation"]?.int ?? 0
        metadata["generation"] = .integer(Int64(isSameSpec(object, old) ? generation : generation &+ 1))
        metadata["managedFields"] = .array(
            ManagedFields.updated(
                from: old?.body, to: .object(object), entries: entries, manager: manager,
                apiVersion: resource.apiVersion(version), time: time))
        object["metadata"] = .object(metadata)
        return (key, .object(object))
    }

    /// Kubernetes' times have whole seconds.
    private var time: String { now.rfc3339.prefix(19) + "Z" }

    private func expect(_ value: JSONValue?, _ field: String, _ wanted: String) throws(APIFailure) {
        guard value?.string != wanted else { return }
        let found = value.map { $0.text } ?? "nothing"
        throw APIFailure(
            .badRequest, "the \(field) in the data (\(found)) does not match the one of the request (\"\(wanted)\")")
    }

    private func name(_ metadata: JSONObject) throws(APIFailure) -> String {
        let given = metadata["name"]?.string ?? ""
        let chosen =
            if !given.isEmpty {
                given
            } else if name == nil, let prefix = metadata["generateName"]?.string, !prefix.isEmpty {
                prefix + Self.suffix()
            } else {
                given
            }
        guard name == nil || chosen == name else {
            throw APIFailure(
                .badRequest,
                "the name of the object (\"\(chosen)\") does not match the name on the URL (\"\(name ?? "")\")")
        }
        guard isDNSName(chosen, limit: 253, dots: true) else {
            throw invalid(
                "metadata.name", chosen,
                "use lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit")
        }
        return chosen
    }

    private func checkNamespace(_ metadata: JSONObject) throws(APIFailure) {
        let found = metadata["namespace"] ?? ""
        guard found == "" || found.string == namespace else {
            throw APIFailure(
                .badRequest,
                "the namespace of the object (\(found.text)) does not match the namespace on the URL "
                    + "(\"\(namespace)\")")
        }
        guard isDNSName(namespace, limit: 63, dots: false) else {
            throw invalid("metadata.namespace", namespace, "use lower-case letters, digits and '-'")
        }
    }

    /// Labels and annotations are text to text.
    private func checkMaps(_ metadata: JSONObject, key: ObjectKey) throws(APIFailure) {
        for field in ["labels", "annotations"] {
            guard let value = metadata[field], !value.isNull else { continue }
            guard let map = value.object, map.allSatisfy({ $0.value.string != nil }) else {
                throw invalid("metadata.\(field)", value.text, "it must map names to strings")
            }
        }
    }

    private func invalid(_ field: String, _ value: String, _ cure: String) -> APIFailure {
        let message = "Invalid value: \"\(value.prefix(100))\": \(cure)"
        return APIFailure(
            .invalid, "\(resource.rawValue).\(resource.group) \"\(name ?? "")\" is invalid: \(field): \(message)",
            resource: resource, name: name ?? "", causes: [APIFailure.Cause(message: message, field: field)])
    }

    private func isSameSpec(_ object: JSONObject, _ old: StoredObject?) -> Bool {
        guard var before = old?.body.object else { return false }
        var after = object
        for name in ["metadata", "status", "apiVersion"] {
            before[name] = nil
            after[name] = nil
        }
        return before == after
    }

    private func isDNSName(_ text: String, limit: Int, dots: Bool) -> Bool {
        guard !text.isEmpty, text.utf8.count <= limit else { return false }
        func isEdge(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.utf8.first, let last = label.utf8.last else { return false }
            return isEdge(first) && isEdge(last) && label.utf8.allSatisfy { isEdge($0) || $0 == UInt8(ascii: "-") }
        } && (dots || !text.contains("."))
    }

    /// A random UUID, [RFC 9562](https://www.rfc-editor.org/rfc/rfc9562) version 4.
    private static func uid() -> String {
        var text = ""
        for index in 0..<32 {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            let digit =
                switch index {
                case 12: 4
                case 16: Int.random(in: 8...11)
                default: Int.random(in: 0...15)
                }
            text += String(digit, radix: 16)
        }
        return text
    }

    /// What follows a `generateName`; without vowels, so that no words come out.
    private static func suffix() -> String {
        String((0..<5).map { _ in "bcdfghjklmnpqrstvwxz2456789".randomElement() ?? "x" })
    }
}
