import JSONWire
import MeshConfig
import YAMLWire

/// Reading request bodies and applying patches to objects.
enum ObjectPatch {
    /// The largest body that is read, as etcd's limit makes Kubernetes' own.
    static let maximumBytes = 3 << 20

    /// A JSON body, or a YAML one when the request says so.
    static func parse(_ request: APIRequest) throws(APIFailure) -> JSONValue {
        guard request.body.count <= maximumBytes else {
            throw APIFailure(.tooLarge, "the body has \(request.body.count) bytes; at most \(maximumBytes) are read")
        }
        if ["application/yaml", "application/x-yaml", "text/yaml"].contains(request.contentType) {
            return try parseYAML(request.body)
        }
        guard ["", "application/json", "text/json"].contains(request.contentType) else {
            throw APIFailure(
                .unsupportedMediaType,
                "cannot read a body of type \(request.contentType); send application/json or application/yaml")
        }
        return try parseJSON(request.body)
    }

    /// The object after the patch in the request's body.
    static func apply(
        _ request: APIRequest, to object: JSONValue, of kind: ResourceKind
    ) throws(APIFailure) -> JSONValue {
        guard request.body.count <= maximumBytes else {
            throw APIFailure(.tooLarge, "the body has \(request.body.count) bytes; at most \(maximumBytes) are read")
        }
        switch request.contentType {
        case "application/json-patch+json":
            let document = try parseJSON(request.body)
            let patch: JSONPatch
            do {
                patch = try JSONPatch(document)
            } catch {
                throw APIFailure(.badRequest, "not a JSON patch: \(error)")
            }
            do {
                return try patch.apply(to: object)
            } catch {
                throw APIFailure(.invalid, "the JSON patch does not apply: \(error)")
            }
        case "application/merge-patch+json":
            let patch = try parseJSON(request.body)
            guard patch.object != nil else {
                throw APIFailure(.badRequest, "a merge patch must be an object, found \(patch.kindInWords)")
            }
            return object.merged(with: patch)
        case "application/strategic-merge-patch+json" where kind == .service:
            let patch = try parseJSON(request.body)
            guard let changes = patch.object, let members = object.object else {
                throw APIFailure(.badRequest, "a strategic merge patch must be an object, found \(patch.kindInWords)")
            }
            return .object(StrategicMerge.apply(changes, to: members))
        default:
            throw APIFailure(
                .unsupportedMediaType,
                "cannot apply a patch of type \"\(request.contentType)\"; send application/json-patch+json or "
                    + "application/merge-patch+json")
        }
    }

    static func parseJSON(_ bytes: [UInt8]) throws(APIFailure) -> JSONValue {
        do {
            return try JSONValue.parse(bytes)
        } catch {
            throw APIFailure(.badRequest, "the body is not JSON: \(error)")
        }
    }

    private static func parseYAML(_ bytes: [UInt8]) throws(APIFailure) -> JSONValue {
        let documents: [YAMLDocument]
        do {
            documents = try YAMLParser.parse(bytes, file: "body")
        } catch {
            throw APIFailure(.badRequest, "the body is not YAML: \(error)")
        }
        guard documents.count == 1, let document = documents.first else {
            throw APIFailure(.badRequest, "the body holds \(documents.count) documents; send one object at a time")
        }
        return document.value
    }
}
