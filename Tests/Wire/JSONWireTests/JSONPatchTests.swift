import JSONWire
import Testing

@Suite struct JSONPatchTests {
    /// RFC 6902, appendix A, and the cases around it.
    @Test(arguments: [
        (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"foo":"bar","baz":"qux"}"#),
        (#"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#, #"{"foo":["bar","qux","baz"]}"#),
        (#"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
        (#"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#, #"{"foo":["bar","baz"]}"#),
        (#"{"baz":"qux"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#, #"{"baz":"boo"}"#),
        (
            #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
            #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
            #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
        ),
        (
            #"{"foo":["all","grass","cows","eat"]}"#, #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
            #"{"foo":["all","cows","eat","grass"]}"#
        ),
        (
            #"{"baz":"qux","foo":["a",2,"c"]}"#,
            #"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2.0}]"#,
            #"{"baz":"qux","foo":["a",2,"c"]}"#
        ),
        (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/child","value":{"x":{}}}]"#, #"{"foo":"bar","child":{"x":{}}}"#),
        (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#, #"{"foo":"bar","baz":"qux"}"#),
        (#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#, #"{"/":9,"~1":10}"#),
        (#"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc"]}]"#, #"{"foo":["bar",["abc"]]}"#),
        (#"{"a":1}"#, #"[{"op":"add","path":"","value":[1]}]"#, "[1]"),
        (
            #"{"a":[1]}"#, #"[{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/0","value":0}]"#,
            #"{"a":[1],"b":[0,1]}"#
        ),
        (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":1}"#),
        (#"{"a":1}"#, "[]", #"{"a":1}"#),
    ])
    func `a patch changes the text`(before: String, patch: String, after: String) throws {
        let patch = try JSONPatch(JSONValue(parsing: patch))

        let result = try patch.apply(to: JSONValue(parsing: before))

        #expect(try result == JSONValue(parsing: after))
    }

    @Test(arguments: [
        (#"{"op":"remove","path":"/x"}"#, "operation 0: there is nothing at \"/x\""),
        (#"{"op":"replace","path":"/x","value":1}"#, "operation 0: there is nothing at \"/x\""),
        (#"{"op":"add","path":"/x/y","value":1}"#, "operation 0: there is no member \"x\" on the way"),
        (
            #"{"op":"add","path":"/b/3","value":1}"#,
            "operation 0: \"/b/3\" is beyond the array's end; it has 2 elements"
        ),
        (
            #"{"op":"add","path":"/b/x","value":1}"#,
            "operation 0: \"/b/x\" points into an array; end it with an index or '-'"
        ),
        (#"{"op":"add","path":"/b/9/x","value":1}"#, "operation 0: there is no element \"9\" on the way"),
        (
            #"{"op":"add","path":"/a/x","value":1}"#,
            "operation 0: \"/a\" is a number, so nothing can be added at \"/a/x\""
        ),
        (#"{"op":"remove","path":""}"#, "operation 0: the whole text cannot be removed"),
        (#"{"op":"test","path":"/a","value":"1"}"#, "operation 0: \"/a\" is 1, expected \"1\""),
        (#"{"op":"move","from":"/b","path":"/b/0"}"#, "operation 0: \"/b\" cannot be moved into itself, to \"/b/0\""),
        (#"{"op":"copy","from":"/x","path":"/y"}"#, "operation 0: there is nothing at \"/x\""),
        (#"{"op":"add","path":"/x"}"#, "operation 0: \"value\" is missing"),
        (
            #"{"op":"add","value":1}"#,
            "operation 0: \"path\" is missing; it must be a JSON pointer such as \"/spec/http/0\""
        ),
        (
            #"{"op":"add","path":"x","value":1}"#,
            "operation 0: \"path\" is \"x\", which is no JSON pointer; begin it with '/'"
        ),
        (
            #"{"op":"spam","path":"/x"}"#,
            "operation 0: \"op\" is \"spam\"; it must be add, remove, replace, move, copy or test"
        ),
        (#"7"#, "operation 0: an operation is an object, not a number"),
    ])
    func `a patch that does not apply says why`(operation: String, message: String) throws {
        let document = try JSONValue(parsing: #"{"a":1,"b":[1,2]}"#)

        let error = #expect(throws: JSONPatchError.self) {
            try JSONPatch(JSONValue(parsing: "[\(operation)]")).apply(to: document)
        }

        #expect(error?.description == message)
    }

    @Test func `a patch that is no array is refused`() {
        let error = #expect(throws: JSONPatchError.self) { try JSONPatch(["op": "add"]) }

        #expect(error?.description == "a patch is an array of operations, not an object")
    }

    @Test func `copies of copies end before the memory does`() throws {
        let copy = JSONPatch.Operation.copy(from: "/a", to: "/a/-")
        let patch = JSONPatch(Array(repeating: copy, count: 60))

        let error = #expect(throws: JSONPatchError.self) { try patch.apply(to: ["a": [[], []]]) }

        #expect(error?.message == "the patch copies more than a million values")
    }

    @Test func `a patch cannot nest deeper than a reader can read`() throws {
        let deeper = JSONPatch.Operation.move(from: "/a", to: "/b/a")
        var text: JSONValue = ["a": []]

        let error = #expect(throws: JSONPatchError.self) {
            for _ in 0..<200 {
                text = try JSONPatch([.add("/b", [:]), deeper, .move(from: "/b", to: "/a")]).apply(to: text)
            }
        }

        #expect(error?.message.hasSuffix("would nest deeper than 128 levels") == true)
        #expect(throws: Never.self) { try JSONValue.parse(text.serialized()) }
    }

    /// RFC 7396, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `a merge patch merges`(before: String, patch: String, after: String) throws {
        let result = try JSONValue(parsing: before).merged(with: JSONValue(parsing: patch))

        #expect(try result == JSONValue(parsing: after))
    }
}
