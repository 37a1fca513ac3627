/**
 * The daemon as a service of systemd: what it tells of itself over the notify socket, and whether it deserves to be left alive.
 *
 * <pre>
 *   hdf5-writer ◀──looks── WriterWatch ◀──┐
 *                                         ├── Supervision ──▶ NotifySocket ──▶ systemd
 *   counters    ◀──reads── StatusLine  ◀──┘   thread service     READY=1, STATUS=…, WATCHDOG=1, STOPPING=1
 * </pre>
 *
 * <p>{@link org.penstock.daemon.service.Supervision} begins it. Started by anybody else than a service manager, nothing of this happens.
 */
@NullMarked
package org.penstock.daemon.service;

import org.jspecify.annotations.NullMarked;
