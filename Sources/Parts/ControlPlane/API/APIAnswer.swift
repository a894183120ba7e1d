package import JSONWire
package import MeshConfig

/// What the API says to a request.
package enum APIAnswer: Sendable {
    case reply(APIReply)
    /// Keep the connection and send events; see ``Watch``.
    case watch(Watch)
}

/// A whole answer.
package struct APIReply: Sendable {
    package let status: Int
    package let body: JSONValue

    package init(status: Int = 200, _ body: JSONValue) {
        self.status = status
        self.body = body
    }
}

/// A refusal, in the form of Kubernetes' `Status` object.
package struct APIFailure: Error, Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
        case badRequest = "BadRequest"
        case unauthorized = "Unauthorized"
        case forbidden = "Forbidden"
        case notFound = "NotFound"
        case methodNotAllowed = "MethodNotAllowed"
        case alreadyExists = "AlreadyExists"
        case conflict = "Conflict"
        case expired = "Expired"
        case tooLarge = "RequestEntityTooLarge"
        case unsupportedMediaType = "UnsupportedMediaType"
        case invalid = "Invalid"
        case tooManyRequests = "TooManyRequests"
        case internalError = "InternalError"

        package var code: Int {
            switch self {
            case .badRequest: 400
            case .unauthorized: 401
            case .forbidden: 403
            case .notFound: 404
            case .methodNotAllowed: 405
            case .alreadyExists, .conflict: 409
            case .expired: 410
            case .tooLarge: 413
            case .unsupportedMediaType: 415
            case .invalid: 422
            case .tooManyRequests: 429
            case .internalError: 500
            }
        }
    }

    /// One thing that is wrong with an object.
    package struct Cause: Hashable, Sendable {
        /// `FieldValueInvalid`, or an analyzer's code.
        package let reason: String
        package let message: String
        /// `spec.http[0].route[1].weight`.
        package let field: String

        package init(reason: String = "FieldValueInvalid", message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    package let reason: Reason
    package let message: String
    /// The object that was meant.
    package let resource: ResourceKind?
    package let name: String
    package let causes: [Cause]

    package init(
        _ reason: Reason, _ message: String, resource: ResourceKind? = nil, name: String = "", causes: [Cause] = []
    ) {
        self.reason = reason
        self.message = message
        self.resource = resource
        self.name = name
        self.causes = causes
    }

    package static func notFound(_ key: ObjectKey) -> APIFailure {
        APIFailure(.notFound, "\(key.kind.id) \"\(key.name)\" not found", resource: key.kind, name: key.name)
    }

    /// Somebody was faster: the version that the request was made against is not the newest.
    package static func conflict(_ key: ObjectKey, found: Revision) -> APIFailure {
        APIFailure(
            .conflict,
            "Operation cannot be fulfilled on \(key.kind.id) \"\(key.name)\": the object has been modified; please "
                + "apply your changes to the latest version (\(found)) and try again",
            resource: key.kind, name: key.name)
    }

    package var status: JSONValue {
        var details: JSONObject = [:]
        if !name.isEmpty { details["name"] = .string(name) }
        if let resource {
            if !resource.group.isEmpty { details["group"] = .string(resource.group) }
            details["kind"] = .string(reason == .invalid ? resource.rawValue : resource.plural)
        }
        if !causes.isEmpty {
            details["causes"] = .array(
                causes.map {
                    ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
                })
        }
        var status: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(reason.rawValue),
        ]
        if !details.isEmpty { status["details"] = .object(details) }
        status["code"] = .integer(Int64(reason.code))
        return .object(status)
    }

    package var reply: APIReply { APIReply(status: reason.code, status) }
}
