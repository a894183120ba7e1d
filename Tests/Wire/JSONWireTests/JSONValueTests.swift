import JSONWire
import TestSupport
import Testing

@Suite struct JSONValueTests {
    @Test func `accessors answer only for their kind`() {
        let value: JSONValue = ["n": 3, "f": 3.5, "w": 4.0, "s": "x", "b": true, "z": .null, "a": [1]]

        #expect(value["n"]?.int == 3)
        #expect(value["n"]?.double == 3)
        #expect(value["f"]?.int == nil)
        #expect(value["f"]?.double == 3.5)
        #expect(value["w"]?.int == 4)
        #expect(value["s"]?.string == "x")
        #expect(value["s"]?.int == nil)
        #expect(value["b"]?.bool == true)
        #expect(value["z"]?.isNull == true)
        #expect(value["a"]?[0] == 1)
        #expect(value["a"]?[1] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["none"] == nil)
        #expect(JSONValue.number(1e300).int == nil)
        #expect(JSONValue.number(.nan).int == nil)
    }

    @Test func `members are set, replaced and removed`() {
        var value = JSONValue.null
        value["a"] = 1
        value["b"] = 2
        value["a"] = 3
        value["b"] = nil
        var scalar: JSONValue = 5
        scalar["a"] = 1

        #expect(value.text == #"{"a":3}"#)
        #expect(scalar == 5)
    }

    @Test func `equal values hash alike, whatever their order and spelling`() throws {
        let left = try JSONValue(parsing: #"{"a":1,"b":[2.0,{"x":1,"y":2}]}"#)
        let right = try JSONValue(parsing: #"{"b":[2,{"y":2,"x":1}],"a":1.0}"#)

        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": 1])
        #expect(JSONValue.integer(.max) != .number(9_223_372_036_854_775_808))
    }

    @Test(arguments: [1, 16, 17, 40])
    func `an object finds its members at every size`(count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", JSONValue.integer(Int64($0))) })

        #expect(object.removeValue(forKey: "k0") == 0)
        #expect(object.update("k\(count - 1)") { $0 = "last" } == (count > 1))
        object["new"] = "n"

        #expect(object["k0"] == nil)
        #expect(object["new"] == "n")
        #expect(object.keys == (1..<count).map { "k\($0)" } + ["new"])
        for index in 1..<max(count, 1) where index < count - 1 { #expect(object["k\(index)"]?.int == index) }
        #expect(object.map(\.value).last == "n")
    }
}
