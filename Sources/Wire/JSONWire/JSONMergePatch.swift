extension JSONValue {
    /// This value changed by a merge patch ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)): the patch's members
    /// replace or join, recursively, and `null` removes. A patch that is no object replaces everything.
    package func merged(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = object ?? JSONObject()
        for (key, change) in changes {
            result[key] = change.isNull ? nil : (result[key] ?? .null).merged(with: change)
        }
        return .object(result)
    }
}
