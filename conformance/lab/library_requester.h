// A requester under test that is a shared library (assay_dut.h), in this process.
#pragma once

#include <memory>

#include "conformance/lab/requester_dut.h"
#include "conformance/lab/shared_library.h"

namespace assay::lab {

class LibraryRequester final : public RequesterDut {
   public:
    // Errors: Errc::io when the library cannot be loaded, or has no assay_requester_get(), or one of another
    // version, or when create() refuses the options; each with one line for the user.
    static Result<std::unique_ptr<RequesterDut>> open(const std::string& path, const std::string& options,
                                                      std::string_view roots);
    // Of a library that is part of this program. `options`: as create() gets them.
    static Result<std::unique_ptr<RequesterDut>> open(const assay_requester_api* api, std::string target,
                                                      const std::string& options);
    ~LibraryRequester() override;

    std::string target() const override { return target_; }
    bool has_exit_status() const override { return true; }
    const record::Transport* transport() const override { return transport_; }
    Result<RequesterEnd> run(const FlowOptions& flow, const RequesterSettings& settings,
                             ResponderPeer& peer) override;

   private:
    LibraryRequester(SharedLibrary library, const assay_requester_api* api, std::string target)
        : library_(std::move(library)), api_(api), target_(std::move(target)) {}
    Result<> create(const std::string& options);

    SharedLibrary library_;
    const assay_requester_api* api_;
    std::string target_;
    assay_requester* requester_ = nullptr;
    const record::Transport* transport_ = &record::none();
};

}  // namespace assay::lab
