// Decoded messages as they are printed, and what was found wrong with them.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <optional>

#include "conformance/report/replay.h"

namespace assay::cli {

class Decoded {
   public:
    // `opens`: secrets were given, so a record that stays closed is a failure. `requests`: only requests, or
    // only responses, and what cannot be told to be either.
    Decoded(std::ostream& out, bool json, bool opens, std::optional<bool> requests = std::nullopt)
        : out_(out), json_(json), opens_(opens), requests_(requests) {}

    void show(const report::Seen& seen);
    // Prints what can only be printed when everything was shown.
    void finish();
    // Of what was shown: packets and messages that cannot be decoded, records that were refused or not
    // opened, bad signatures, bad HMACs.
    size_t failures() const;

   private:
    void show_message(const report::Seen& seen);
    void show_other(const report::Seen& seen);
    void show_packet(const report::Seen& seen);
    void show_verdicts(const report::Seen& seen);
    void show_subjects(ByteView chain, const wire::Context& context);

    std::ostream& out_;
    bool json_;
    bool opens_;
    std::optional<bool> requests_;
    nlohmann::ordered_json messages_ = nlohmann::ordered_json::array();
    size_t broken_ = 0, bad_signatures_ = 0, good_signatures_ = 0, unchecked_signatures_ = 0;
    size_t macs_[2] = {};  // bad, good
    size_t records_ = 0, refused_ = 0, closed_ = 0, application_ = 0;
};

}  // namespace assay::cli
