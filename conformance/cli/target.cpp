#include "conformance/cli/target.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ostream>
#include <thread>

#include "conformance/cli/interrupt.h"
#include "conformance/lab/command.h"
#include "conformance/lab/doe_dut.h"
#include "conformance/lab/exec_dut.h"
#include "conformance/lab/library_dut.h"
#include "conformance/lab/link_dut.h"

namespace assay::cli {

namespace {

// How often a target is asked whether it is back.
constexpr std::chrono::milliseconds kAskAgain{200};
constexpr std::chrono::minutes kResetTime{5};

}  // namespace

bool revive(lab::Lab& lab, const ReviveOptions& options) {
    if (lab.after_version()) return true;
    if (!options.reset_command.empty() &&
        !lab::run_command(options.reset_command, kResetTime).exited_with(0)) {
        return false;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.reconnect_s);
    while (true) {
        if (lab.after_version()) return true;
        if (Interrupt::came() || std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(kAskAgain);
    }
}

int complain(Streams& streams, int exit_code, const std::string& line) {
    streams.err << "assay: " << line << '\n';
    return exit_code;
}

int misuse(Streams& streams, const std::string& line) {
    return complain(streams, status::usage, fmt::format("{} (see {})", line, streams.help));
}

int complain(Streams& streams, int exit_code, const Error& error) {
    if (error.field.starts_with("--")) return misuse(streams, error.detail);
    return complain(streams, exit_code, error.detail);
}

int exit_code_of(const Error& error) {
    switch (error.code) {
        case Errc::bad_text:
        case Errc::unsupported: return status::usage;
        case Errc::io:
        case Errc::timeout:
        case Errc::closed: return status::unreachable;
        default: return status::internal;
    }
}

Result<std::unique_ptr<lab::Dut>> open_target(const TargetOptions& options, lab::ReferenceOptions reference) {
    transport::Target target = TRY(transport::parse_target(options.target));
    if (target.scheme == transport::Scheme::reference) {
        // In this process even bare records can be told from messages.
        reference.transport = &lab::records_over(target.binding);
        reference.target = transport::to_text(target);
        reference.binding = target.binding;
        return std::make_unique<lab::ReferenceDut>(lab::make_reference_device(reference),
                                                   crypto::openssl_provider(), reference);
    }
    if (target.scheme == transport::Scheme::lib)
        return TRY(lab::LibraryDut::open(target.path, target.options));
    if (target.scheme == transport::Scheme::exec) {
        return TRY(lab::ExecDut::open(target.path, std::chrono::milliseconds(options.answer_timeout_ms)));
    }
    if (target.scheme == transport::Scheme::doe) {
        lab::DoeOptions doe;
        doe.answer_timeout = std::chrono::milliseconds(options.answer_timeout_ms);
        return TRY(
            lab::DoeDut::open(TRY(lab::open_config_space(target.path)), transport::to_text(target), doe));
    }
    lab::LinkOptions link{std::chrono::milliseconds(options.connect_timeout_ms),
                          std::chrono::milliseconds(options.round_trip_ms),
                          std::chrono::milliseconds(options.answer_timeout_ms)};
    return TRY(lab::LinkDut::open(target, link));
}

crypto::UnixTime now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string today() {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(now())));
}

}  // namespace assay::cli
