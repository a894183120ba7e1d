import JSONWire
import MeshConfig
import Quantities

/// Collections as the tables that `kubectl get` prints: `application/json;as=Table`.
enum TableView {
    static func isWanted(_ request: APIRequest) -> Bool {
        // The first form that is named is the one that is wanted most.
        let first = request.accept.split(separator: ",", maxSplits: 1).first ?? ""
        return first.contains("as=Table") && first.contains("v=v1;") && !request.isOn("watch")
    }

    static func table(
        _ objects: [StoredObject], _ resource: ResourceKind, revision: Revision, at now: WallTime
    ) -> JSONValue {
        let columns = columns(resource)
        var definitions: [JSONValue] = [definition("Name", format: "name")]
        definitions += columns.map { definition($0.name, format: "") }
        definitions.append(definition("Age", format: ""))
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1",
            "metadata": ["resourceVersion": .string(revision.description)],
            "columnDefinitions": .array(definitions),
            "rows": .array(
                objects.map { object in
                    let cells = columns.map { JSONValue.string($0.text(object.body)) }
                    return [
                        "cells": .array([.string(object.key.name)] + cells + [.string(age(object.body, now))]),
                        "object": [
                            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
                            "metadata": object.body["metadata"] ?? [:],
                        ],
                    ]
                }),
        ]
    }

    private struct Column {
        let name: String
        let text: (JSONValue) -> String
    }

    /// Istio's own printer columns.
    private static func columns(_ resource: ResourceKind) -> [Column] {
        func list(_ name: String, _ pointer: JSONPointer) -> Column {
            Column(name: name) {
                ($0.value(at: pointer)?.array ?? []).map { $0.string ?? $0.text }.joined(separator: ",")
            }
        }
        func text(_ name: String, _ pointer: JSONPointer) -> Column {
            Column(name: name) { body in body.value(at: pointer).map { $0.string ?? $0.text } ?? "" }
        }
        switch resource.rawValue {
        case "VirtualService": return [list("Gateways", "/spec/gateways"), list("Hosts", "/spec/hosts")]
        case "DestinationRule": return [text("Host", "/spec/host")]
        case "ServiceEntry":
            return [
                list("Hosts", "/spec/hosts"), text("Location", "/spec/location"),
                text("Resolution", "/spec/resolution"),
            ]
        case "WorkloadEntry": return [text("Address", "/spec/address")]
        case "PeerAuthentication": return [text("Mode", "/spec/mtls/mode")]
        case "AuthorizationPolicy": return [text("Action", "/spec/action")]
        case "Service":
            return [
                Column(name: "Port(s)") { body in
                    (body.value(at: "/spec/ports")?.array ?? [])
                        .compactMap { $0["port"]?.int.map(String.init) }.joined(separator: ",")
                }
            ]
        default: return []
        }
    }

    private static func definition(_ name: String, format: String) -> JSONValue {
        ["name": .string(name), "type": "string", "format": .string(format), "description": "", "priority": 0]
    }

    private static func age(_ body: JSONValue, _ now: WallTime) -> String {
        guard let created = body["metadata"]?["creationTimestamp"]?.string.flatMap(WallTime.init(rfc3339:)) else {
            return "<unknown>"
        }
        let seconds = max(0, Int64(created.duration(to: now).inSeconds))
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<7_200: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3_600)h"
        default: return "\(seconds / 86_400)d"
        }
    }
}

extension WallTime {
    /// Reads our own form, `2026-11-22T09:05:01Z`.
    fileprivate init?(rfc3339 text: String) {
        let numbers = text.split(whereSeparator: { "-T:Z".contains($0) }).map { Int64($0) }
        guard numbers.count == 6, text.hasSuffix("Z"),
            numbers.allSatisfy({ $0.map { (0...9_999).contains($0) } ?? false })
        else { return nil }
        let parts = numbers.compactMap(\.self)
        let (year, month, day) = (parts[0], parts[1], parts[2])
        // Days since 1970-01-01, with years that begin in March so that the leap day comes last.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = days * 86_400 + parts[3] * 3_600 + parts[4] * 60 + parts[5]
        self.init(secondsSinceEpoch: Double(seconds))
    }
}
