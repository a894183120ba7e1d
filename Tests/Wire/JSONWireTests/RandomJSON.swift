import JSONWire
import TestSupport

extension SeededGenerator {
    /// Any JSON value, nested up to `depth` levels.
    mutating func jsonValue(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64(truncatingIfNeeded: next()))
        case 3: return .integer(Int64.random(in: -10...10, using: &self))
        case 4:
            let number = Double(bitPattern: next())
            return .number(number.isFinite ? number : 0.5)
        case 5: return .string(awkwardText())
        case 6: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in jsonValue(depth: depth - 1) })
        default:
            // Sometimes more members than are looked up one by one.
            let count = oneIn(8) ? 40 : Int.random(in: 0...4, using: &self)
            return .object(JSONObject((0..<count).map { _ in (awkwardText(), jsonValue(depth: depth - 1)) }))
        }
    }
}
