package import JSONWire
import YAMLWire

/// An object as a text to read and to edit: YAML without what the API adds by itself, and where in it things stand.
package struct ConfigSheet: Sendable {
    package let lines: [String]
    private let document: YAMLDocument?

    /// The text of a body as the API serves it.
    package init(_ body: JSONValue) {
        let text = Self.text(of: body)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        document = (try? YAMLParser.parse(Array(text.utf8), file: ""))?.first
    }

    /// What people write of an object: without revisions, times and whatever else belongs to the API.
    ///
    /// Ends with a line break.
    package static func text(of body: JSONValue) -> String {
        guard let object = body.object else { return YAMLEmitter.emit(body) }
        var metadata = object["metadata"] ?? [:]
        for name in ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"] {
            metadata[name] = nil
        }
        var written: JSONObject = [:]
        for name in ["apiVersion", "kind"] { written[name] = object[name] }
        written["metadata"] = metadata
        for (name, value) in object where written[name] == nil && name != "status" { written[name] = value }
        return YAMLEmitter.emit(.object(written))
    }

    /// The line, from 0, on which the value at `pointer` stands, or what is nearest around it.
    package func line(of pointer: JSONPointer) -> Int {
        max(0, (document?.position(of: pointer).line ?? 1) - 1)
    }
}
