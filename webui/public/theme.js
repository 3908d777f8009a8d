// Sets the stored theme before the first paint; everything else waits for the application.
try {
  var prefs = JSON.parse(localStorage.getItem("cincer.prefs") || "{}");
  if (prefs.theme === "light" || prefs.theme === "dark") document.documentElement.dataset.theme = prefs.theme;
  if (prefs.lang) document.documentElement.lang = prefs.lang;
} catch (e) {
  // A page without storage follows the system.
}
