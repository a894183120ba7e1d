/// Whether a theme is light ink on a dark ground or the other way round.
package enum Appearance: String, Hashable, Sendable, CaseIterable {
    case dark, light

    /// What suits a terminal with that background, by its luminance; nothing for colours that only the terminal knows.
    package init?(ofBackground color: Color) {
        guard let luminance = color.luminance else { return nil }
        // The luminance on which black and white ink read equally well: (L + 0.05)² = 1.05 × 0.05.
        self = luminance > 0.179 ? .light : .dark
    }

    /// What `COLORFGBG` says, as rxvt, Konsole and others set it: `15;0` or `15;default;0`, the background last.
    package init?(colorFGBG value: String) {
        guard value.contains(";"), let last = value.split(separator: ";").last, let index = Int(last),
            (0...15).contains(index)
        else { return nil }
        self = index == 7 || index > 8 ? .light : .dark
    }
}
