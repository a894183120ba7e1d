/// What routing may ask about a request. Bytes as they came, so that matching makes no `String` and copies nothing.
package protocol RequestFacts {
    /// The `host` header, or `:authority`, with its port when one was sent.
    var authority: ArraySlice<UInt8> { get }
    /// The request target: path, query and all.
    var target: ArraySlice<UInt8> { get }
    var method: ArraySlice<UInt8> { get }
    /// `http` or `https`, as the request reached us.
    var scheme: ArraySlice<UInt8> { get }
    /// The value of a header; `name` is in lower case. A header sent several times has its values joined by commas.
    func header(_ name: [UInt8]) -> ArraySlice<UInt8>?
}
