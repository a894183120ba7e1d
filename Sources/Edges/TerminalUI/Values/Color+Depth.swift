extension Color {
    /// The nearest colour that a terminal of `depth` can show.
    package func reduced(to depth: ColorDepth) -> Color {
        switch (kind, depth) {
        case (_, .mono), (.terminalDefault, _): .terminalDefault
        case (_, .trueColor), (.indexed, .twoFiftySix): self
        case (_, .eight): reduced(to: .sixteen).darkened(lightGrey: true)
        case (.indexed(let index), .sixteen): index < 16 ? self : Color.nearestOfSixteen(Color.components(of: index))
        case (.rgb(let red, let green, let blue), .twoFiftySix): Color.nearestOf256((red, green, blue))
        case (.rgb(let red, let green, let blue), .sixteen): Color.nearestOfSixteen((red, green, blue))
        }
    }

    /// The colour among the first eight that stands for one of sixteen: its dark half, and for dark grey, which has none,
    /// the light one to write with and black to write on.
    func darkened(lightGrey: Bool) -> Color {
        guard case .indexed(let index) = kind, (8..<16).contains(index) else { return self }
        return .indexed(index == 8 ? (lightGrey ? 7 : 0) : index - 8)
    }

    /// What xterm shows for its 256 colours unless the user has changed them.
    package static func components(of index: UInt8) -> (red: UInt8, green: UInt8, blue: UInt8) {
        switch index {
        case 0..<16: return sixteen[Int(index)]
        case 16..<232:
            let offset = Int(index) - 16
            return (cubeLevels[offset / 36], cubeLevels[offset / 6 % 6], cubeLevels[offset % 6])
        default:
            let level = UInt8(8 + 10 * (Int(index) - 232))
            return (level, level, level)
        }
    }

    /// The nearer of the best cube colour and the best grey. The 16 named colours are left out: users change them.
    private static func nearestOf256(_ wanted: (red: UInt8, green: UInt8, blue: UInt8)) -> Color {
        func level(_ value: UInt8) -> Int {
            // The cube's steps are 0, 95, 135, 175, 215, 255: halfway points decide.
            value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40
        }
        let cube = 16 + 36 * level(wanted.red) + 6 * level(wanted.green) + level(wanted.blue)
        let mean = (Int(wanted.red) + Int(wanted.green) + Int(wanted.blue)) / 3
        let grey = 232 + min(max((mean - 3) / 10, 0), 23)
        let cubeIndex = UInt8(clamping: cube)
        let greyIndex = UInt8(clamping: grey)
        let cubeDistance = distance(wanted, components(of: cubeIndex))
        return .indexed(distance(wanted, components(of: greyIndex)) < cubeDistance ? greyIndex : cubeIndex)
    }

    private static func nearestOfSixteen(_ wanted: (red: UInt8, green: UInt8, blue: UInt8)) -> Color {
        var best: (index: UInt8, distance: Int) = (7, .max)
        for (index, candidate) in sixteen.enumerated() {
            let candidateDistance = distance(wanted, candidate)
            if candidateDistance < best.distance { best = (UInt8(clamping: index), candidateDistance) }
        }
        return .indexed(best.index)
    }

    /// Squared distance with the eye's weights for red, green and blue, roughly 3 : 6 : 1 tempered to 3 : 4 : 2.
    private static func distance(
        _ left: (red: UInt8, green: UInt8, blue: UInt8), _ right: (red: UInt8, green: UInt8, blue: UInt8)
    ) -> Int {
        let red = Int(left.red) - Int(right.red)
        let green = Int(left.green) - Int(right.green)
        let blue = Int(left.blue) - Int(right.blue)
        return 3 * red * red + 4 * green * green + 2 * blue * blue
    }

    private static let cubeLevels: [UInt8] = [0, 95, 135, 175, 215, 255]

    /// xterm's defaults.
    private static let sixteen: [(red: UInt8, green: UInt8, blue: UInt8)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]
}
