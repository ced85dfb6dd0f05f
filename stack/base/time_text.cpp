#include "stack/base/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

std::unexpected<Error> wrong(std::string why) {
    return fail(Errc::bad_text, "time", Error::npos, std::move(why));
}

// Digits of a fixed width.
Result<int> digits(std::string_view text, size_t at, size_t width) {
    int value = 0;
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + width, value);
    if (error != std::errc() || end != begin + width || *begin == '-') return wrong("no time");
    return value;
}

}  // namespace

Result<std::chrono::sys_seconds> parse_time(std::string_view text) {
    namespace chrono = std::chrono;
    constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
    const auto fits = [](char shape, char c) { return shape == '0' ? c >= '0' && c <= '9' : c == shape; };
    if (text.size() != kShape.size() || !std::ranges::equal(kShape, text, fits))
        return wrong(fmt::format("'{}' is no time like 2026-11-24T00:00:00Z", text.substr(0, 40)));
    const chrono::year_month_day date(chrono::year(TRY(digits(text, 0, 4))),
                                      chrono::month(static_cast<unsigned>(TRY(digits(text, 5, 2)))),
                                      chrono::day(static_cast<unsigned>(TRY(digits(text, 8, 2)))));
    const int hour = TRY(digits(text, 11, 2));
    const int minute = TRY(digits(text, 14, 2));
    const int second = TRY(digits(text, 17, 2));
    if (!date.ok() || hour > 23 || minute > 59 || second > 59)
        return wrong(fmt::format("'{}' is no time", text));
    return chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second);
}

std::string time_text(std::chrono::sys_seconds time) {
    namespace chrono = std::chrono;
    const auto day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace assay
