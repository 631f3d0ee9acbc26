/** The frame around every page. @module */
import type { VNode } from "preact";
import { asset, scriptsOf } from "../assets.ts";
import type { LayoutProps } from "../fresh.ts";
import { pages } from "../page_names.ts";
import { ThemeChoice } from "./theme_choice.tsx";

/** Head, navigation and main part. */
export function Layout({ title, path, theme, islands, main }: LayoutProps): VNode {
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Reverie</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={asset("uplot.css")} />
        <link rel="stylesheet" href={asset("style.css")} />
        {scriptsOf(islands).map((script) => (
          <link
            key={script}
            rel="modulepreload"
            href={script}
          />
        ))}
        <script type="module" src={asset("client.js")}></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/">
            <img src="/assets/icon.svg" alt="" width="22" height="22" />Reverie
          </a>
          <nav aria-label="Pages">
            {pages.map((page) => (
              <a
                key={page.path}
                href={page.path}
                aria-current={path === page.path ? "page" : undefined}
              >
                {page.name}
              </a>
            ))}
          </nav>
          <button type="button" class="palette-button" aria-keyshortcuts="Control+K Meta+K">
            Go to <kbd>Ctrl K</kbd>
          </button>
          <ThemeChoice theme={theme} />
        </header>
        <main id="main" dangerouslySetInnerHTML={{ __html: main }}></main>
      </body>
    </html>
  );
}
