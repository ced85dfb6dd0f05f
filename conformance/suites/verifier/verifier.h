// A verifier under test: our own, or any that is a command.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "stack/attest/appraisal.h"
#include "stack/evidence/files.h"

namespace assay::cases::verifier {

// A verifier's answer to a bundle. Of a command, its exit status: 0 accepted, 1 rejected, 3 malformed, 89
// cannot (it does not do this kind of evidence); anything else is no answer.
enum class Answer : uint8_t {
    accepted,
    rejected,
    malformed,
    cannot,
    other_status,  // it ended with another status
    died,          // by a signal
    late,          // no answer in time
    absent         // it could not be started
};
std::string_view name(Answer answer);

struct Reply {
    Answer answer = Answer::absent;
    int status = 0;
    std::string words;  // its output, for a person
    // The checks that it says were violated; only our own verifier names them.
    std::optional<std::vector<std::string>> checks{};
};

class Verifier {
   public:
    virtual ~Verifier() = default;
    virtual std::string name() const = 0;
    virtual Reply appraise(const evidence::Files& files) = 0;
};

// stack/attest, in this process.
class OwnVerifier final : public Verifier {
   public:
    explicit OwnVerifier(attest::FaultConfig faults = {}) : faults_(faults) {}
    std::string name() const override { return "assay"; }
    Reply appraise(const evidence::Files& files) override;

   private:
    attest::FaultConfig faults_;
};

// A line of shell in which {bundle} stands for the folder that the bundle was written to.
class CommandVerifier final : public Verifier {
   public:
    CommandVerifier(std::string line, std::chrono::milliseconds timeout)
        : line_(std::move(line)), timeout_(timeout) {}
    std::string name() const override { return line_; }
    Reply appraise(const evidence::Files& files) override;

   private:
    std::string line_;
    std::chrono::milliseconds timeout_;
};
inline constexpr std::string_view kBundlePlace = "{bundle}";

// The line with the folder in its place, in quotes where a shell needs them.
std::string filled(std::string line, const std::string& folder);

}  // namespace assay::cases::verifier
