/**
 * The files of a scan as the ESRF lays them out, built from descriptions.
 *
 * <p>Two kinds of files, two rules:
 * <ul>
 *   <li>{@link org.penstock.daemon.nexus.PartFile}: frames of one detector, laid out as LImA does. Append-only while it is
 *       open, immutable once sealed, never overwritten.
 *   <li>Masters: descriptions and links, written anew every time beside the old one and published by renaming
 *       ({@link org.penstock.daemon.nexus.Publication}). {@link org.penstock.daemon.nexus.ScanMaster} shows one scan, each
 *       detector as a virtual dataset over its closed parts; {@link org.penstock.daemon.nexus.LinkMaster} keeps the
 *       external links of datasets, samples and proposals.
 * </ul>
 *
 * <pre>
 *   hg123_id00.h5 ──▶ sample_0001.h5::/1.1 ──▶ scan0001/scan0001.h5::/1.1
 *                                                 instrument/eiger/data ──▶ eiger_0000.h5, eiger_0001.h5 …
 * </pre>
 *
 * <p>A reader that comes through a master sees closed parts only. What a file shows is a function of
 * {@link org.penstock.daemon.nexus.ScanDescription} and {@link org.penstock.daemon.nexus.DetectorState}s; a master can be
 * rebuilt at any time.
 */
@NullMarked
package org.penstock.daemon.nexus;

import org.jspecify.annotations.NullMarked;
