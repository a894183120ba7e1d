// Modules: ByteCursor JSONWire JWTWire

import JWTWire

/// No trap, whether the bytes are taken for a token, for claims or for keys; and what is read keeps to its promises.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let token = try? JSONWebToken(bytes) {
        precondition(bytes.starts(with: token.signingInput), "something else would be verified")
        precondition(!token.signature.isEmpty && !token.encodedPayload.isEmpty, "a part is missing")
        _ = token.failure(at: 0, skew: .max)
        _ = token.failure(at: .max, skew: 60)
        _ = token.claim("a.b")
    }
    if let set = try? JSONWebKeySet(bytes) {
        precondition((1...JSONWebKeySet.maximumKeys).contains(set.keys.count), "the set is not bounded")
        for case .elliptic(let curve, let x, let y) in set.keys.map(\.material) {
            precondition(x.count == curve.coordinateLength && y.count == curve.coordinateLength, "a short coordinate")
        }
    }
    return 0
}
