internal import Glibc

extension Color {
    /// WCAG 2's relative luminance, 0…1; nothing for the terminal's own default. Numbered colours count as xterm shows
    /// them.
    package var luminance: Double? {
        let parts: (red: UInt8, green: UInt8, blue: UInt8)
        switch kind {
        case .terminalDefault: return nil
        case .indexed(let index): parts = Color.components(of: index)
        case .rgb(let red, let green, let blue): parts = (red, green, blue)
        }
        func linear(_ value: UInt8) -> Double {
            let share = Double(value) / 255
            return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(parts.red) + 0.7152 * linear(parts.green) + 0.0722 * linear(parts.blue)
    }

    /// WCAG 2's contrast ratio, 1…21; nothing when one of both is the terminal's own default.
    package func contrast(with other: Color) -> Double? {
        guard let mine = luminance, let others = other.luminance else { return nil }
        return (max(mine, others) + 0.05) / (min(mine, others) + 0.05)
    }
}
