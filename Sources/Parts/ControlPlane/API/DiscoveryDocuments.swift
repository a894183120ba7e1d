import JSONWire
import MeshConfig

/// The documents by which a Kubernetes client learns what is served here.
enum DiscoveryDocuments {
    /// `/version`. Clients compare it with their own and warn about a distance of more than one minor version.
    static let version: JSONValue = [
        "major": "1", "minor": "36", "gitVersion": "v1.36.0+meshtop", "platform": "linux/amd64",
    ]

    /// `/api`.
    static let coreVersions: JSONValue = ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []]

    /// `/apis`.
    static let groups: JSONValue = [
        "kind": "APIGroupList", "apiVersion": "v1",
        "groups": .array(ResourceKind.groups.map { group($0.name, versions: $0.versions) }),
    ]

    /// `/apis/<group>`.
    static func group(_ name: String) -> JSONValue {
        let versions = ResourceKind.groups.first { $0.name == name }?.versions ?? []
        var document: JSONObject = ["kind": "APIGroup", "apiVersion": "v1"]
        for (key, value) in group(name, versions: versions).object ?? [:] { document[key] = value }
        return .object(document)
    }

    /// `/apis/<group>/<version>` and `/api/v1`.
    static func resources(group: String, version: String) -> JSONValue {
        let served = ResourceKind.served(group: group, version: version)
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(
                served.map { resource in
                    var entry: JSONObject = [
                        "name": .string(resource.plural), "singularName": .string(resource.singular),
                        "namespaced": true, "kind": .string(resource.rawValue),
                        "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"],
                        "shortNames": .array(resource.shortNames.map { .string($0) }),
                    ]
                    if !group.isEmpty { entry["categories"] = ["istio-io", "\(shortGroup(group))-istio-io"] }
                    return .object(entry)
                }),
        ]
    }

    /// `/openapi/v3`: where each group's document is.
    static let openAPIIndex: JSONValue = {
        var paths: JSONObject = ["api/v1": ["serverRelativeURL": "/openapi/v3/api/v1"]]
        for (name, versions) in ResourceKind.groups {
            for version in versions {
                let path = "apis/\(name)/\(version)"
                paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)")]
            }
        }
        return ["paths": .object(paths)]
    }()

    /// `/openapi/v3/…`: no schemas, only what `kubectl` looks for before it asks the server to validate or to try a
    /// change without storing it – that the operations know `fieldValidation` and `dryRun`.
    static func openAPI(group: String, version: String) -> JSONValue {
        var paths: JSONObject = [:]
        for resource in ResourceKind.served(group: group, version: version) {
            let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
            let operation: JSONValue = [
                "parameters": .array(
                    ["dryRun", "fieldManager", "fieldValidation"].map {
                        ["name": .string($0), "in": "query", "schema": ["type": "string"]]
                    }),
                "x-kubernetes-group-version-kind": [
                    "group": .string(group), "version": .string(version), "kind": .string(resource.rawValue),
                ],
                "responses": ["200": ["description": "OK"]],
            ]
            paths["\(root)/namespaces/{namespace}/\(resource.plural)"] = ["post": operation]
            paths["\(root)/namespaces/{namespace}/\(resource.plural)/{name}"] = [
                "patch": operation, "put": operation, "delete": operation,
            ]
        }
        return [
            "openapi": "3.0.0", "info": ["title": "meshtop", "version": "v1.36.0+meshtop"],
            "paths": .object(paths), "components": ["schemas": [:]],
        ]
    }

    private static func group(_ name: String, versions: [String]) -> JSONValue {
        let entries = versions.map { version -> JSONValue in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return ["name": .string(name), "versions": .array(entries), "preferredVersion": entries.first ?? .null]
    }

    private static func shortGroup(_ group: String) -> String { String(group.prefix { $0 != "." }) }
}
