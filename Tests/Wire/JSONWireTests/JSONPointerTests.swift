import JSONWire
import Testing

@Suite struct JSONPointerTests {
    /// RFC 6901, section 5.
    private static let document = #"""
        {"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}
        """#

    @Test(
        arguments: [
            ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5),
            ("/k\"l", 6),
            ("/ ", 7), ("/m~0n", 8), ("/foo", ["bar", "baz"]),
        ] as [(String, JSONValue)])
    func `the RFC's pointers find their values`(text: String, expected: JSONValue) throws {
        let pointer = try #require(JSONPointer(parsing: text))

        #expect(try JSONValue(parsing: Self.document).value(at: pointer) == expected)
        #expect(pointer.description == text)
    }

    @Test func `the root is the whole text`() throws {
        let document = try JSONValue(parsing: Self.document)

        #expect(JSONPointer(parsing: "") == .root)
        #expect(document.value(at: .root) == document)
        #expect(JSONPointer.root.parent == nil)
    }

    @Test(arguments: ["/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/foo/0/x", "/nope", "/foo/99999999999999999999"])
    func `a way that breaks off finds nothing`(text: String) throws {
        let pointer = try #require(JSONPointer(parsing: text))

        #expect(try JSONValue(parsing: Self.document).value(at: pointer) == nil)
    }

    @Test(arguments: ["foo", "/a~", "/a~2", "~"])
    func `what is no pointer is refused`(text: String) {
        #expect(JSONPointer(parsing: text) == nil)
    }

    @Test func `pointers grow and know what they are inside of`() {
        let pointer: JSONPointer = "/spec/http"

        #expect(pointer.appending(0).appending("a/b").description == "/spec/http/0/a~1b")
        #expect(pointer.appending(0).isInside(pointer))
        #expect(!pointer.isInside(pointer))
        #expect(pointer.parent == "/spec")
    }
}
