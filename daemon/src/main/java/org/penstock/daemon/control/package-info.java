/**
 * The control of scans over HTTP, and the state of them.
 *
 * <pre>
 *  HTTP handler (a virtual thread)          hdf5-writer                             event loops
 *  ScanRoutes ── CreateRequest ──▶ ScanControl ── task ──▶ ScanRegistry, Scan
 *      ▲                              │                       │ ScanListener,
 *      │                              │                       ▼ StreamListener
 *      └── ScanStatus ◀── future ─────┘                    ScanHistory ──▶ EventLog ──▶ handlers that listen
 *                                     └── stop, abort ─────────────────────────────▶ StreamEnder
 * </pre>
 *
 * <p>Nothing here touches a scan but on hdf5-writer: {@link org.penstock.daemon.control.ScanControl} hands a task over and waits for its future.
 * What a handler gets back is a {@link org.penstock.daemon.control.ScanStatus}, which does not change.
 *
 * <p>{@code openapi.yaml} beside these classes is the contract; a test holds every answer against it.
 */
@NullMarked
package org.penstock.daemon.control;

import org.jspecify.annotations.NullMarked;
