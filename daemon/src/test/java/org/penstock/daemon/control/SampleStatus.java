package org.penstock.daemon.control;

import java.util.List;

/** Scans as the control API shows them. */
final class SampleStatus {
    private SampleStatus() {}

    static ScanStatus of(String id, boolean isClosed) {
        String state = isClosed ? "COMPLETE" : "RUNNING";
        return new ScanStatus(
                id,
                null,
                1,
                "1.1",
                state,
                "first chunk",
                "t",
                false,
                isClosed,
                "RUNNING",
                null,
                "t",
                null,
                "title",
                "p",
                "b",
                "s",
                "sample",
                "d",
                "scan",
                "/data",
                null,
                null,
                60.0,
                List.of());
    }
}
