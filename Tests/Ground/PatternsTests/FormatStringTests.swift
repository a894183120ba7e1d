import Patterns
import Testing

@Suite struct FormatStringTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("100%%", "100%"), ("%%PROTOCOL%%", "%PROTOCOL%"), ("%PROTOCOL%", "HTTP/1.1"),
        ("<%PROTOCOL%|%ROUTE_NAME%>%%", "<HTTP/1.1|>%"), ("%REQ(X-User)%", "x-user"),
        ("%REQ(X-Guest?:PATH):3%", "x-g"), ("%RESP(x)%%RESP(y)%", ""),
    ])
    func `commands stand for what is known`(source: String, expected: String) throws {
        let template = try FormatString(source)

        let text = template.text { command in
            switch command {
            case .protocolName: "HTTP/1.1"
            case .requestHeader(let names): names.first
            default: nil
            }
        }

        #expect(text == expected)
        #expect(template.literal == (source.contains("(") || source.contains("<") || text == "HTTP/1.1" ? nil : text))
    }

    @Test func `a text is its own template`() throws {
        for text in ["", "a", "50%", "%REQ(a)%", "%%"] {
            let template = FormatString(literal: text)

            #expect(template.literal == text)
            #expect(try FormatString(template.source) == template)
        }
    }

    @Test(arguments: [
        ("50%", "“50%”: a % begins a command that has no end; write %% for the character"),
        ("%REQ(a", "“%REQ(a”: a % begins a command that has no end; write %% for the character"),
        ("%REQ(a%", "“%REQ(a%”: the arguments of REQ have no end; close them with )"),
        ("%REQ()%", "“%REQ()%”: REQ does not name a header; write REQ(x-name)"),
        ("%REQ(a):x%", "“%REQ(a):x%”: “:x” is not a length; write REQ(x-name):10, or no length"),
        ("%REQ(a):0%", "“%REQ(a):0%”: “:0” is not a length; write REQ(x-name):10, or no length"),
    ])
    func `what is no template is refused with a sentence`(source: String, expected: String) {
        let error = #expect(throws: PatternError.self) { try FormatString(source) }

        #expect(error?.description == expected)
    }

    @Test(arguments: ["%PROTO%", "%START_TIME(%s)%", "%FILTER_STATE(a:b)%", "%%%%%X%"])
    func `commands that nobody answers are refused`(source: String) {
        let error = #expect(throws: PatternError.self) { try FormatString(source) }

        #expect(error != nil)
    }
}
